"""The Markdown form, read by its frame alone: the proposal text between is opaque.

The frame is the first `- proposal:` line and the last `## Risks` line, so a text may hold headings, fences that
never close or a frame of its own. Only "\\n" ends a line: str.splitlines would also split on form feeds, U+2028 and
lone carriage returns, which belong to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from proposals.reports.errors import ReportError
from proposals.reports.report import FIELDS, Report
from proposals.reports.schema import build_report, check_name, check_values

TITLE = "# FSAR Proposal Report"
_HEADER_FIELDS = FIELDS[:4]
_PROPOSAL = "- proposal:"
_RISKS = "## Risks"
_MITIGATIONS = "## Mitigations"
_COMMENT = re.compile(r"<!--[^\n]*-->[ \t]*")
_FIELD = re.compile(r"- ([^:\n]*):(?: ([^\n]*))?")
_WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]{0,2}")


def render_markdown(report: Report) -> str:
    """Return the Markdown form, without a line end after the last line. Raises ReportError for bad values."""
    check_values(report.values())
    lines = [
        TITLE,
        f"- id: {report.id}",
        f"- timestamp: {report.timestamp}",
        f"- severity: {report.severity}",
        f"- block_execution: {'true' if report.block_execution else 'false'}",
        _PROPOSAL,
        "",
        report.proposal,
        "",
        _RISKS,
        *(f"- {risk}" for risk in report.risks),
        "",
        _MITIGATIONS,
        *(f"- {mitigation}" for mitigation in report.mitigations),
    ]
    return "\n".join(lines)


def parse_markdown(text: str) -> Report:
    """Read the Markdown form.

    Comment lines and blank lines before the title and one line end after the last line are accepted; all else is the
    frame exactly. Raises ReportError naming field and line.
    """
    values: dict[str, object] = {}
    lines: dict[str, int] = {}
    start, first_line = _read_header(text, values, lines)
    end = _find_risks(text, start, first_line)
    proposal = text[start:end]
    values["proposal"] = proposal
    items_line = first_line + proposal.count("\n") + 3
    _read_items(text[end + len(f"\n\n{_RISKS}\n") :], items_line, values, lines)
    return build_report(values, lines)


def _read_header(text: str, values: dict[str, object], lines: dict[str, int]) -> tuple[int, int]:
    """Fill in the four fields above the proposal; return offset and line number of the proposal's first character."""
    rows = _rows(text)
    title_line = _skip_to_title(rows)
    number = title_line
    for number, row, end in rows:
        if row == _PROPOSAL:
            _check_header(values, lines, number)
            return _skip_blank(text, end, number)
        field, value = _read_field(row, number)
        check_name(field, number, lines)
        values[field], lines[field] = value, number
    raise ReportError("proposal", number, f"the line '{_PROPOSAL}' is missing")


def _skip_to_title(rows: Iterator[tuple[int, str, int]]) -> int:
    for number, row, _end in rows:
        if row == TITLE:
            return number
        if row == f"{TITLE}\r":
            raise ReportError("title", number, "ends with CR LF; save the report with LF line ends")
        if row.strip() and not _COMMENT.fullmatch(row):
            raise ReportError("title", number, f"the first line must be '{TITLE}'")
    raise ReportError("title", 1, f"the line '{TITLE}' is missing")


def _read_field(row: str, number: int) -> tuple[str, object]:
    match = _FIELD.fullmatch(row)
    if not match:
        raise ReportError("report", number, f"expected a line '- field: value' or '{_PROPOSAL}'")
    field, value = match.groups(default="")
    if field in FIELDS and field not in _HEADER_FIELDS:
        raise ReportError(field, number, f"cannot stand here; the text follows a line '{_PROPOSAL}' and a blank line")
    if field == "severity" and _WHOLE_NUMBER.fullmatch(value):
        return field, int(value)
    if field == "block_execution":
        return field, {"true": True, "false": False}.get(value, value)
    return field, value


def _check_header(values: dict[str, object], lines: dict[str, int], number: int) -> None:
    for field in _HEADER_FIELDS:
        if field not in values:
            raise ReportError(field, number, "is missing above the proposal")
    if tuple(values) != _HEADER_FIELDS:
        field = next(found for found, due in zip(values, _HEADER_FIELDS, strict=True) if found != due)
        raise ReportError(field, lines[field], f"is out of order; the order is {', '.join(_HEADER_FIELDS)}")


def _skip_blank(text: str, end: int, number: int) -> tuple[int, int]:
    if text[end : end + 1] != "\n":
        raise ReportError("proposal", number + 1, f"a blank line must follow '{_PROPOSAL}'")
    return end + 1, number + 2


def _find_risks(text: str, start: int, first_line: int) -> int:
    """Return the offset at which the proposal text ends."""
    heading = text.rfind(f"\n{_RISKS}\n", start - 1)
    if heading < 0:
        raise ReportError("risks", None, f"no line '{_RISKS}' follows the proposal")
    if heading <= start or text[heading - 1] != "\n":
        number = first_line + text.count("\n", start, heading + 1)
        raise ReportError("risks", number, f"a blank line must stand before '{_RISKS}'")
    return heading - 1


def _read_items(text: str, first_line: int, values: dict[str, object], lines: dict[str, int]) -> None:
    rows = _rows(text.removesuffix("\n"), first_line)
    values["risks"] = _read_list("risks", rows, lines, until_blank=True)
    number, row, _end = next(rows, (None, "", 0))
    if row != _MITIGATIONS:
        raise ReportError("mitigations", number, f"the line '{_MITIGATIONS}' must follow the risks and a blank line")
    values["mitigations"] = _read_list("mitigations", rows, lines, until_blank=False)


def _read_list(
    field: str, rows: Iterator[tuple[int, str, int]], lines: dict[str, int], *, until_blank: bool
) -> list[str]:
    items: list[str] = []
    for number, row, _end in rows:
        if until_blank and not row:
            return items
        lines[f"{field}[{len(items)}]"] = number
        if not row.startswith("- "):
            raise ReportError(f"{field}[{len(items)}]", number, "each item is one line that starts with '- '")
        items.append(row[2:])
    return items


def _rows(text: str, number: int = 1) -> Iterator[tuple[int, str, int]]:
    """Yield each line with its number and the offset after its line end, without splitting the whole text."""
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield number, text[start:end], end + 1
        start, number = end + 1, number + 1
