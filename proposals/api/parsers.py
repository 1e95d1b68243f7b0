"""From a request's body to what a view takes, under a limit that holds before anything is parsed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, ClassVar, NoReturn

from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from proposals.reports import MAX_REPORT_BYTES, Form

MAX_BODY_BYTES = 64 * 1024
_LONGEST_LENGTH = 18  # digits that int() takes without complaint


class BodyTooLarge(APIException):
    """The body is over the limit of its address."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body has more than {limit} bytes")


class LengthRequired(APIException):
    """The body comes in chunks, without a length."""

    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_code = "length_required"
    default_detail = "send the body with a Content-Length, not in chunks"


@dataclass(frozen=True, slots=True)
class ReceivedReport:
    """A report exactly as it came."""

    content: bytes
    form: Form


class ReportParser(BaseParser):
    """Takes the bytes as they are; the report format reads them."""

    form: ClassVar[Form]

    def parse(
        self, stream: IO[Any], _media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The body as a ReceivedReport. Raises BodyTooLarge over 2 MiB."""
        return ReceivedReport(_read(stream, MAX_REPORT_BYTES, parser_context), self.form)


class JSONReportParser(ReportParser):
    """The JSON form."""

    media_type = "application/json"
    form = Form.JSON


class MarkdownReportParser(ReportParser):
    """The Markdown form."""

    media_type = "text/markdown"
    form = Form.MARKDOWN


class StrictJSONParser(BaseParser):
    """One small JSON object, each key once; DRF's own parser has no limit and lets deep nesting crash it."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], _media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The body as a dict. Raises BodyTooLarge over 64 KiB, ParseError."""
        try:
            parsed = json.loads(
                _read(stream, MAX_BODY_BYTES, parser_context).decode("utf-8"),
                object_pairs_hook=_each_key_once,
                parse_constant=_refuse_constant,
            )
        except UnicodeDecodeError as error:
            raise ParseError(f"the body is not UTF-8 at byte offset {error.start}") from None
        except RecursionError:
            raise ParseError("the body is nested too deep") from None
        except ValueError as error:
            raise ParseError(f"the body is not JSON: {error}") from None
        if not isinstance(parsed, dict):
            raise ParseError("the body must be one JSON object")
        return parsed


def _read(stream: IO[bytes], limit: int, context: Mapping[str, Any] | None) -> bytes:
    announced = context["request"].META.get("CONTENT_LENGTH", "") if context else ""
    if announced.isdecimal() and (len(announced) > _LONGEST_LENGTH or int(announced) > limit):
        raise BodyTooLarge(limit)
    content = stream.read(limit + 1)
    if len(content) > limit:
        raise BodyTooLarge(limit)
    return content


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {json.dumps(twice)} stands twice")
    return values


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")
