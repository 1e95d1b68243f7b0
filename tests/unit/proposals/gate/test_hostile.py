"""Whatever a report holds, there is an outcome, and no analyzer dies of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from proposals.gate import Outcome
from proposals.gate.sarif import to_sarif

from .proposed import file_of, report_of, verdict_of

PATHS = [
    "a.sql", "a.js", "a.ts", "a.tsx", "a.css", "a.html", "a.json", "a.yml", "a.py", "a.rb", "a.sh", "Dockerfile",
    "a.tf", "a.vue", ".env.md", "a.env", "a.md", "a.toml", "a.xml", "a.groovy", "a.go", "a.txt",
]  # fmt: skip
FRAGMENTS = [
    "CREATE TABLE a (", "id int", "REFERENCES b(c)", ");", "SELECT ", "'", '"', "`", "${", "}", "{", "(", ")", "[", "]",
    "<div>", "</div>", "<!--", "-->", "/*", "*/", "//", "--", "#", "```", "===FILE:a===", "function f(", "=>",
    "return ",    "import a from 'a';", "export ", "class A ", "await ", "const {a = b, ...c} = ", "<A b={",
    "/>", "&a [*a", "key: ",
    "- ", "\t", "\n", "\r\n", "\0", "\ud800", "\u202e", "\U000e0041", "\ufeff", "é", "漢", "REFEREN0CES", "\\n",
    "DROP ",    "TABLE x;", "BEGIN;", "@media ", "color: red;", "FROM a", "RUN ", "def f", "end", "if ",
    "; then", "fi", "<?xml?>",
    "<!DOCTYPE a [<!ENTITY b 'c'>]>", "eval(", "$(", "rm -rf /", "AKIA", "=", "1e999", "0x", "\\", "DO $$", "$$;",
]  # fmt: skip
texts = st.one_of(st.text(max_size=400), st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(path=st.one_of(st.sampled_from(PATHS), st.text(max_size=60)), content=texts)
def test_assess_survives_any_file(path: str, content: str) -> None:
    report = file_of(path, content)

    verdict = verdict_of(report)

    assert "gate/analyzer-crashed" not in {finding.rule_id for finding in verdict.findings}
    assert json.dumps(to_sarif(verdict, report))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(proposal=texts)
@example(proposal=":")
def test_assess_survives_any_proposal(proposal: str) -> None:
    for text in (proposal, f"self_improvement: {proposal}", f"implement_idea: {proposal}"):
        verdict = verdict_of(report_of(text))

        assert "gate/analyzer-crashed" not in {finding.rule_id for finding in verdict.findings}


HUGE = 100_000  # larger ones: test_bounded
BOMBS = [
    ("a.json", '{"a":' * (HUGE // 5)),
    ("a.yml", "{a: " * (HUGE // 4)),
    ("a.yml", "a: &a [" + "*a, " * (HUGE // 4)),
    ("a.sql", "SELECT " + "(" * (HUGE // 2)),
    ("a.sql", "SELECT 1;\n" * (HUGE // 10)),
    ("a.sql", "SELECT 1" + " + 1" * (HUGE // 4)),
    ("a.js", "[" * (HUGE // 2)),
    ("a.js", "a" + "+a" * (HUGE // 2)),
    ("a.js", "<a>" * (HUGE // 3)),
    ("a.js", "`${" * (HUGE // 3)),
    ("a.js", "f(() => {" * (HUGE // 9)),
    ("a.js", "const a = 1;\n" * (HUGE // 13)),
    ("a.css", "a { b: c }\n" * (HUGE // 11)),
    ("a.css", "a{" * (HUGE // 2)),
    ("a.css", "((" * (HUGE // 2)),
    ("a.html", "<div>" * (HUGE // 5)),
    ("a.html", "<b><i>" * 5_000 + "</b>" * 5_000),
    ("a.html", "a\n" * (HUGE // 2)),
    ("a.py", "(" * (HUGE // 2)),
    ("a.py", "x = 1\n" * (HUGE // 6)),
    ("a.py", "-" * (HUGE // 2) + "1"),
    ("a.xml", "<a>" * (HUGE // 3)),
    ("a.toml", "a = " + "[" * (HUGE // 2)),
    ("a.rb", "if a\n" * (HUGE // 5)),
    ("a.sh", "$(" * (HUGE // 2)),
    ("a.tf", "a {" * (HUGE // 3)),
    ("a.vue", "<template>" * (HUGE // 10)),
    ("a.env", 'A="' + "\n" * (HUGE - 10)),
    ("a.groovy", '"' * (HUGE // 2)),
    ("a.groovy", "/*" * (HUGE // 2)),
    ("a.md", "```\n" * (HUGE // 4)),
    ("a.txt", "=" * (HUGE // 2) + " file"),
    ("a.txt", "eyJ" * (HUGE // 3)),
    ("a.txt", "ignore the " * (HUGE // 11)),
    ("a.txt", "A" * HUGE),
    ("a.txt", "\u200b\n" * (HUGE // 4)),
]


@pytest.mark.parametrize(("path", "content"), BOMBS, ids=lambda value: value[:12])
def test_assess_ends_on_bombs(path: str, content: str) -> None:
    verdict = verdict_of(file_of(path, content))

    assert "gate/analyzer-crashed" not in {finding.rule_id for finding in verdict.findings}
    assert verdict.outcome in Outcome
