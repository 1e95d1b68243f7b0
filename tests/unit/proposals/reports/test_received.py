import pytest

from proposals.reports import (
    MAX_REPORT_BYTES,
    Form,
    Report,
    ReportError,
    parse_report,
    render_json,
    render_markdown,
)


def test_parse_report_of_bytes_that_are_not_utf8(report: Report) -> None:
    received = render_markdown(report).encode().replace(b"gift", b"gi\xfft")

    with pytest.raises(ReportError) as caught:
        parse_report(received)

    assert str(caught.value) == f"report (line 8): is not UTF-8 at byte offset {received.index(0xFF)}"


def test_parse_report_of_too_many_bytes() -> None:
    received = b"# FSAR Proposal Report\n".ljust(MAX_REPORT_BYTES + 1)

    with pytest.raises(ReportError, match="is longer than the 2097152 bytes that are taken"):
        parse_report(received)


@pytest.mark.parametrize(("form", "field"), [(Form.JSON, "report"), (Form.MARKDOWN, "title")])
def test_parse_report_of_the_other_form(report: Report, form: Form, field: str) -> None:
    text = render_markdown(report) if form is Form.JSON else render_json(report)

    with pytest.raises(ReportError) as caught:
        parse_report(text.encode(), form)

    assert caught.value.field == field


@pytest.mark.parametrize(
    "received", [b"", b"\xef\xbb\xbf", b"\x00", b"{" * 500_000, b"- " * 500_000, b"\n" * 1_000_000]
)
def test_parse_report_of_hostile_bytes(received: bytes) -> None:
    with pytest.raises(ReportError):
        parse_report(received)
