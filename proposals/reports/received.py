"""From received bytes to a report, whichever form they are in."""

from __future__ import annotations

from proposals.reports.errors import ReportError
from proposals.reports.json_form import parse_json
from proposals.reports.markdown import parse_markdown
from proposals.reports.report import Form, Report

MAX_REPORT_BYTES = 2 * 1024 * 1024
_BYTE_ORDER_MARK = "\ufeff"


def parse_report(received: bytes, form: Form | None = None) -> Report:
    """Read a received document of at most MAX_REPORT_BYTES; without `form`, one that starts with "{" is JSON.

    A UTF-8 byte order mark before it is dropped. Raises ReportError.
    """
    text = decode_report(received)
    return parse_json(text) if (form or sniff_form(text)) is Form.JSON else parse_markdown(text)


def decode_report(received: bytes) -> str:
    """Return the text of a received document. Raises ReportError for too many bytes or bytes that are not UTF-8."""
    if len(received) > MAX_REPORT_BYTES:
        raise ReportError("report", None, f"is longer than the {MAX_REPORT_BYTES} bytes that are taken")
    try:
        return received.decode("utf-8").removeprefix(_BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        line = received.count(b"\n", 0, error.start) + 1
        raise ReportError("report", line, f"is not UTF-8 at byte offset {error.start}") from None


def sniff_form(text: str) -> Form:
    """Return the form a text is in, judged by its first character that is not blank."""
    return Form.JSON if text.lstrip().startswith("{") else Form.MARKDOWN
