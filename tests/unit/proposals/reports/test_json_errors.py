import json

import pytest

from proposals.reports import Report, ReportError, parse_json, render_json

# What to replace in the rendered report, by what; then the field, the line and a part of the reason of the error.
BAD_DOCUMENTS = [
    ('  "id": "fsar_0001",\n', "", "id", None, "is missing"),
    ('"severity": 12,', '"severity": 12, "severity": 13,', "severity", 4, "stands twice; the first is on line 4"),
    ('"severity"', '"Severity"', '"Severity"', 4, "is not a field of a report"),
    ('"severity": 12', f'"{"x" * 900}": 12', '"' + "x" * 59 + "…", 4, "is not a field of a report"),
    ('"fsar_0001"', '"fsar_0001\\n"', "id", 2, r'not "fsar_0001\n"'),
    ('"fsar_0001"', "7", "id", 2, "not 7"),
    ("09:30:00.125Z", "09:30:00.125Z\\n", "timestamp", 3, "must be a real UTC time"),
    ("2026-03-01T", "2026-02-30T", "timestamp", 3, "must be a real UTC time"),
    ('"2026-03-01T09:30:00.125Z"', "null", "timestamp", 3, "not null"),
    ('"severity": 12', '"severity": true', "severity", 4, "must be a whole number from 0 to 75, not true"),
    ('"severity": 12', '"severity": 6.0', "severity", 4, "not 6.0"),
    ('"severity": 12', '"severity": "6"', "severity", 4, 'not "6"'),
    ('"severity": 12', '"severity": -1', "severity", 4, "not -1"),
    ('"severity": 12', '"severity": 76', "severity", 4, "not 76"),
    ('"severity": 12', '"severity": 1e999', "severity", 4, "must be a whole number"),
    ('"severity": 12', '"severity": ' + "9" * 5000, "report", None, "is not JSON"),
    ('"severity": 12', '"severity": NaN', "report", None, "NaN is no JSON value"),
    ('"block_execution": false', '"block_execution": "false"', "block_execution", 5, 'not "false"'),
    ('"block_execution": false', '"block_execution": 0', "block_execution", 5, "must be true or false, not 0"),
    ('"implement_idea: Sell gift cards"', '["a"]', "proposal", 6, "must be a string, not a list of 1"),
    ("Sell gift cards", "Sell \\ud83d cards", "proposal", 6, "holds a lone surrogate at character 21"),
    ("Support load grows", "Support\\nload", "risks[1]", 7, "Markdown cannot carry a line break"),
    ("Support load grows", "Support \\udc00", "risks[1]", 7, "holds a lone surrogate at character 8"),
    ('"Support load grows"', "5", "risks[1]", 7, "not 5"),
    ('"Support load grows"', ",".join(['"x"'] * 1000), "risks", 7, "not a list of 1001"),
    ('"Support load grows"', "[" * 100_000, "report", None, "is nested too deep"),
    ('[\n    "Redeem under a row lock"\n  ]', '"none"', "mitigations", 11, 'not "none"'),
    ('[\n    "Redeem under a row lock"\n  ]', '{"a": 1}', "mitigations", 11, "not an object"),
    ("\n}", ",\n}", "report", 14, 'expected "'),
    ("\n}", "\n} {}", "report", 14, "text follows the report"),
    ("\n}", "\n", "report", 14, "expected ,"),
    ('"severity": 12', '"severity" 12', "report", 4, "expected :"),
    ('"severity": 12', '"severity": ', "report", 4, "is not JSON"),
    ('"severity": 12', "severity: 12", "report", 4, 'expected "'),
    ("Sell gift", "Sell\ngift", "report", 6, "control character"),
]


@pytest.mark.parametrize(("good", "bad", "field", "line", "reason"), BAD_DOCUMENTS)
def test_parse_json_names_field_and_line(
    report: Report, *, good: str, bad: str, field: str, line: int | None, reason: str
) -> None:
    text = render_json(report)
    broken = text.replace(good, bad, 1)

    with pytest.raises(ReportError) as caught:
        parse_json(broken)

    assert broken != text
    assert (caught.value.field, caught.value.line) == (field, line)
    assert reason in caught.value.reason
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "{}", "[" * 100_000, '{"id"', '{"id":', '{"id": 1'])
def test_parse_json_of_no_report(text: str) -> None:
    with pytest.raises(ReportError):
        parse_json(text)


def test_parse_json_joins_a_surrogate_pair(report: Report) -> None:
    text = json.dumps({**report.values(), "proposal": "😀"})

    assert "\\ud83d\\ude00" in text
    assert parse_json(text).proposal == "😀"
