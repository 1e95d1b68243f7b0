"""From a file or a stream to the documents in it, one at a time and never more than one in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from proposals.reports import MAX_REPORT_BYTES, Form

_TOO_LONG = MAX_REPORT_BYTES + 1  # enough for the parser to say that it is


class InputFormat(StrEnum):
    """How a source is read."""

    AUTO = "auto"
    MARKDOWN = "md"
    JSON = "json"
    JSON_LINES = "jsonl"

    @property
    def suffixes(self) -> frozenset[str]:
        """The endings of the files in this format."""
        known = {name for name, input_format in _BY_SUFFIX.items() if self in {InputFormat.AUTO, input_format}}
        return frozenset(known)


_BY_SUFFIX = {
    ".md": InputFormat.MARKDOWN,
    ".markdown": InputFormat.MARKDOWN,
    ".json": InputFormat.JSON,
    ".jsonl": InputFormat.JSON_LINES,
    ".ndjson": InputFormat.JSON_LINES,
}
_FORMS = {InputFormat.MARKDOWN: Form.MARKDOWN, InputFormat.JSON: Form.JSON, InputFormat.JSON_LINES: Form.JSON}


@dataclass(frozen=True, slots=True)
class Document:
    """One report as received. `first_line` (1-based) is where it stands in its source; `form` None means: sniff."""

    source: str
    first_line: int
    received: bytes
    form: Form | None


def read_documents(
    stream: BinaryIO, source: str, input_format: InputFormat = InputFormat.AUTO, suffix: str = ""
) -> Iterator[Document]:
    """Yield the documents of a stream: one, or in JSON Lines one for each line that is not blank.

    With AUTO the suffix decides; without a known one, JSON Lines is what holds a JSON object on its first line.
    Of a document past MAX_REPORT_BYTES only that much and one byte is read. Raises OSError.
    """
    input_format = _BY_SUFFIX.get(suffix.lower(), input_format) if input_format is InputFormat.AUTO else input_format
    if input_format is InputFormat.JSON_LINES:
        yield from _lines(stream, source, 1)
        return
    head = stream.readline(_TOO_LONG)
    if input_format is InputFormat.AUTO and _is_object(head):
        yield Document(source, 1, head, Form.JSON)
        yield from _lines(stream, source, 2)
        return
    yield Document(source, 1, head + stream.read(_TOO_LONG - len(head)), _FORMS.get(input_format))


def _lines(stream: BinaryIO, source: str, first_line: int) -> Iterator[Document]:
    number = first_line
    while line := stream.readline(_TOO_LONG):
        if line.strip():
            yield Document(source, number, line, Form.JSON)
        while line and not line.endswith(b"\n"):  # the rest of a line that is too long
            line = stream.readline(_TOO_LONG)
        number += 1


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
