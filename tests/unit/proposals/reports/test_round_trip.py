from dataclasses import replace

import pytest
from hypothesis import given

from proposals.reports import Form, Report, parse_json, parse_markdown, parse_report, render_json, render_markdown
from tests.unit.proposals.reports.strategies import reports

OPAQUE_TEXTS = {
    "empty": "",
    "line end": "\n",
    "blank lines at both ends": "\n\n\ntext\n\n\n",
    "trailing blanks": "text  \nmore\t\n ",
    "carriage returns": "one\r\ntwo\rthree\r",
    "unclosed fence": "```sql\nSELECT 1;\n",
    "unclosed comment": "<!-- hidden\n",
    "headings": "# Title\n## Part\n",
    "rule": "---\n***",
    "proposal line": "- proposal:\n\nagain",
    "risks line": "text\n\n## Risks\n- none\n\ntext",
    "whole tail": "text\n\n## Risks\n- none\n\n## Mitigations\n- none",
    "ends with the risks line": "text\n\n## Risks",
    "starts with the risks line": "## Risks\n- none",
    "mitigations line": "## Mitigations",
    "whole report": "# FSAR Proposal Report\n- id: x\n- proposal:\n\ny\n\n## Risks\n\n## Mitigations",
    "other line separators": "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g",
    "NUL and marks": "\x00\ufeff\u200b\u202e",
    "beyond the basic plane": "😀𝒳",
}


@given(reports)
def test_parse_markdown_of_rendered_report(report: Report) -> None:
    text = render_markdown(report)

    assert parse_markdown(text) == report
    assert parse_report(text.encode()) == report


@given(reports)
def test_parse_json_of_rendered_report(report: Report) -> None:
    text = render_json(report)

    assert parse_json(text) == report
    assert parse_report(text.encode()) == report


@pytest.mark.parametrize("proposal", OPAQUE_TEXTS.values(), ids=OPAQUE_TEXTS.keys())
@pytest.mark.parametrize("form", list(Form))
def test_parse_report_keeps_opaque_text(report: Report, proposal: str, form: Form) -> None:
    report = replace(report, proposal=proposal)
    render = render_json if form is Form.JSON else render_markdown

    received = render(report).encode()

    assert parse_report(received, form) == report
    assert render(parse_report(received, form)).encode() == received


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize(
    ("risks", "mitigations"),
    [
        ((), ()),
        (("one",), ()),
        ((), ("one",)),
        (("", " "), ("- ", "x\r")),
        (("## Risks", "## Mitigations"), ("## Risks",)),
    ],
)
def test_parse_report_keeps_items(
    report: Report, form: Form, risks: tuple[str, ...], mitigations: tuple[str, ...]
) -> None:
    report = replace(report, risks=risks, mitigations=mitigations)
    render = render_json if form is Form.JSON else render_markdown

    received = render(report).encode()

    assert parse_report(received, form) == report


def test_render_markdown_is_the_frame_exactly(report: Report) -> None:
    assert render_markdown(report) == (
        "# FSAR Proposal Report\n"
        "- id: fsar_0001\n"
        "- timestamp: 2026-03-01T09:30:00.125Z\n"
        "- severity: 12\n"
        "- block_execution: false\n"
        "- proposal:\n"
        "\n"
        "implement_idea: Sell gift cards\n"
        "\n"
        "## Risks\n"
        "- Cards are redeemed twice\n"
        "- Support load grows\n"
        "\n"
        "## Mitigations\n"
        "- Redeem under a row lock"
    )


@pytest.mark.parametrize("before", ["", "<!-- from the nightly run -->\n", "\n<!-- a -->\n<!-- b -->\n\n", "\ufeff"])
@pytest.mark.parametrize("after", ["", "\n"])
def test_parse_report_accepts_what_may_stand_around_the_frame(report: Report, before: str, after: str) -> None:
    received = f"{before}{render_markdown(report)}{after}".encode()

    assert parse_report(received) == report


@pytest.mark.parametrize("before", ["", " \n\t", "\ufeff", "\ufeff\r\n"])
def test_parse_report_sniffs_json(report: Report, before: str) -> None:
    assert parse_report(f"{before}{render_json(report)}\n".encode()) == report
