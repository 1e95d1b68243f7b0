import pytest

from proposals.reports import Report, ReportError, parse_markdown, render_markdown

# What to replace in the rendered report, by what; then the field, the line and a part of the reason of the error.
BAD_DOCUMENTS = [
    ("# FSAR Proposal Report\n", "", "title", 1, "the first line must be '# FSAR Proposal Report'"),
    ("# FSAR Proposal Report\n", "<!-- a\n# FSAR Proposal Report\n", "title", 1, "the first line must be"),
    ("# FSAR Proposal Report\n", "# FSAR Proposal Report\r\n", "title", 1, "CR LF"),
    ("- id: fsar_0001\n", "", "id", 5, "is missing above the proposal"),
    ("- id: fsar_0001\n", "- id:fsar_0001\n", "report", 2, "expected a line"),
    ("- severity: 12\n", "", "severity", 5, "is missing above the proposal"),
    ("- id: fsar_0001\n", "- id: fsar_0001\n- id: fsar_0002\n", "id", 3, "stands twice; the first is on line 2"),
    ("- severity: 12\n", "- severity: 12\n- colour: red\n", '"colour"', 5, "is not a field of a report"),
    ("- severity: 12\n", "\n- severity: 12\n", "report", 4, "expected a line '- field: value'"),
    ("- severity: 12\n", "- risks: none\n", "risks", 4, "cannot stand here"),
    ("- proposal:\n", "- proposal: now\n", "proposal", 6, "cannot stand here"),
    ("- proposal:\n\n", "- proposal:\n", "proposal", 7, "a blank line must follow"),
    ("- proposal:\n\nimplement_idea: Sell gift cards\n\n## Risks\n", "", "report", 6, "expected a line"),
    ("- id: fsar_0001\n- timestamp: 2026-03-01T09:30:00.125Z\n", "- timestamp: x\n- id: y\n", "timestamp", 2, "order"),
    ("fsar_0001", "", "id", 2, "must be 1 to 100 letters, digits, '_', '.', ':' or '-', not \"\""),
    ("fsar_0001", "fsar 1", "id", 2, 'not "fsar 1"'),
    ("fsar_0001", "fsar_١", "id", 2, r'not "fsar_\u0661"'),
    ("fsar_0001", "x" * 101, "id", 2, "…"),
    ("fsar_0001", "fsar_0001\r", "id", 2, r'not "fsar_0001\r"'),
    ("2026-03-01T09:30:00.125Z", "2026-02-29T09:30:00.125Z", "timestamp", 3, "must be a real UTC time"),
    ("2026-03-01T09:30:00.125Z", "2026-03-01T24:30:00.125Z", "timestamp", 3, "must be a real UTC time"),
    ("2026-03-01T09:30:00.125Z", "0000-03-01T09:30:00.125Z", "timestamp", 3, "must be a real UTC time"),
    ("2026-03-01T09:30:00.125Z", "2026-03-01T09:30:00Z", "timestamp", 3, "must be a real UTC time"),
    ("2026-03-01T09:30:00.125Z", "2026-03-01T09:30:00.125+00:00", "timestamp", 3, "must be a real UTC time"),
    ("2026-03-01T09:30:00.125Z", "2026-03-01 09:30:00.125Z", "timestamp", 3, "must be a real UTC time"),
    ("severity: 12", "severity: 76", "severity", 4, "must be a whole number from 0 to 75, not 76"),
    ("severity: 12", "severity: -1", "severity", 4, 'not "-1"'),
    ("severity: 12", "severity: 6.0", "severity", 4, 'not "6.0"'),
    ("severity: 12", "severity: 012", "severity", 4, 'not "012"'),
    ("severity: 12", "severity: " + "9" * 6000, "severity", 4, "must be a whole number"),
    ("severity: 12", "severity: true", "severity", 4, 'not "true"'),
    ("block_execution: false", "block_execution: False", "block_execution", 5, 'must be true or false, not "False"'),
    ("block_execution: false", "block_execution: 0", "block_execution", 5, 'must be true or false, not "0"'),
    ("\n\n## Risks\n", "\n\n## Risk\n", "risks", None, "no line '## Risks' follows the proposal"),
    ("cards\n\n## Risks\n", "cards\n## Risks\n", "risks", 9, "a blank line must stand before"),
    ("implement_idea: Sell gift cards\n\n## Risks\n", "## Risks\n", "risks", 8, "a blank line must stand before"),
    ("- Support load", "Support load", "risks[1]", 12, "each item is one line that starts with '- '"),
    ("\n\n## Mitigations\n", "\n## Mitigations\n", "risks[2]", 13, "each item is one line"),
    ("## Mitigations\n", "## Mitigation\n", "mitigations", 14, "the line '## Mitigations' must follow"),
    ("\n\n## Mitigations\n- Redeem under a row lock", "", "mitigations", None, "the line '## Mitigations' must follow"),
    ("- Redeem", "- a\n* Redeem", "mitigations[1]", 16, "each item is one line"),
    ("row lock", "row lock\n\n", "mitigations[1]", 16, "each item is one line"),
    ("row lock", "row \ud800lock", "mitigations[0]", 15, "holds a lone surrogate at character 19"),
    ("gift", "\udfff", "proposal", None, "holds a lone surrogate at character 21"),
]


@pytest.mark.parametrize(("good", "bad", "field", "line", "reason"), BAD_DOCUMENTS)
def test_parse_markdown_names_field_and_line(
    report: Report, *, good: str, bad: str, field: str, line: int | None, reason: str
) -> None:
    text = render_markdown(report)
    broken = text.replace(good, bad, 1)

    with pytest.raises(ReportError) as caught:
        parse_markdown(broken)

    assert broken != text
    assert (caught.value.field, caught.value.line) == (field, line)
    assert reason in caught.value.reason
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("text", ["", "\n\n", "<!-- only a comment -->", "# FSAR Proposal Report", "{}", "\x00"])
def test_parse_markdown_of_no_report(text: str) -> None:
    with pytest.raises(ReportError):
        parse_markdown(text)


def test_parse_markdown_counts_lines_before_the_title(report: Report) -> None:
    text = "<!-- one -->\n\n" + render_markdown(report).replace("severity: 12", "severity: 99")

    with pytest.raises(ReportError) as caught:
        parse_markdown(text)

    assert caught.value.line == 6
