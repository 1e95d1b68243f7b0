"""The JSON form: one object with the seven keys."""

from __future__ import annotations

import json
from json.decoder import JSONDecodeError, JSONDecoder
from typing import NoReturn

from proposals.reports.errors import ReportError
from proposals.reports.report import Report
from proposals.reports.schema import build_report, check_name, check_values


def render_json(report: Report) -> str:
    """Return the JSON form, indented by two, without a line end after it. Raises ReportError for bad values."""
    check_values(report.values())
    return json.dumps(report.values(), indent=2, ensure_ascii=False)


def parse_json(text: str) -> Report:
    """Read the JSON form. Raises ReportError naming the field and, for a key that is there, its line."""
    try:
        values, lines = _read_object(text)
    except JSONDecodeError as error:
        raise ReportError("report", error.lineno, f"is not JSON: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise ReportError("report", None, "is nested too deep to be a report") from None
    except ValueError as error:
        raise ReportError("report", None, f"is not JSON: {error}") from None
    return build_report(values, lines)


def _read_object(text: str) -> tuple[dict[str, object], dict[str, int]]:
    """Return keys with values and keys with lines: json.loads gives no positions and lets the last of two keys win."""
    decoder = JSONDecoder(parse_constant=_refuse_constant)
    values: dict[str, object] = {}
    lines: dict[str, int] = {}
    at = _pass(text, _skip_blanks(text, 0), "{")
    closed = text.startswith("}", at)
    while not closed:
        _expect(text, at, '"')
        line = text.count("\n", 0, at) + 1
        key, end = decoder.raw_decode(text, at)
        check_name(key, line, lines)
        lines[key] = line
        values[key], end = decoder.raw_decode(text, _pass(text, _skip_blanks(text, end), ":"))
        at = _skip_blanks(text, end)
        closed = text.startswith("}", at)
        at = at if closed else _pass(text, at, ",")
    end = _skip_blanks(text, at + 1)
    if end < len(text):
        raise JSONDecodeError("text follows the report", text, end)
    return values, lines


def _pass(text: str, at: int, mark: str) -> int:
    """Return the offset of what stands after `mark` and the blanks behind it."""
    _expect(text, at, mark)
    return _skip_blanks(text, at + 1)


def _expect(text: str, at: int, mark: str) -> None:
    if not text.startswith(mark, at):
        raise JSONDecodeError(f"expected {mark}", text, at)


def _skip_blanks(text: str, at: int) -> int:
    # Written so because str.strip would take more than JSON's four blanks.
    while at < len(text) and text[at] in " \t\n\r":
        at += 1
    return at


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")
