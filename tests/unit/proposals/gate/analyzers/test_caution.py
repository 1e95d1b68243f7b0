from __future__ import annotations

import pytest

from tests.unit.proposals.gate.proposed import file_of, plan_of, rule_ids, rule_lines


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Make the change on the live database.", "caution/live-database"),
        ("Add the missing `weight` column to `loaves`.", "caution/schema-change"),
        ("Write a migration script.", "caution/schema-change"),
        ("Roll it out to production on Monday.", "caution/production"),
        ("Start by backing up the tables.", "caution/backup"),
        ("Delete stale rows every night.", "caution/deletion"),
        ("This step is irreversible.", "caution/danger-words"),
        ("It may cause data loss.", "caution/danger-words"),
        ("Proceed without testing, which means data loss.", "caution/danger-words"),
        ("Do it without data loss.", "caution/negated-danger"),
        ("There is no risk of data loss.", "caution/negated-danger"),
        ("The step is not irreversible.", "caution/negated-danger"),
        ("Data loss must be avoided.", "caution/negated-danger"),
    ],
)
def test_caution_notes(text: str, rule: str) -> None:
    lines = rule_lines(plan_of(f"Improve.\n\n{text}"))

    assert (rule, 3) in lines


@pytest.mark.parametrize(
    "text",
    [
        "Write production-ready code.",
        "Raise the price of rye bread.",
        "Do it without data loss.",
        "Never delete a row.",
    ],
)
def test_caution_lets_through(text: str) -> None:
    ids = rule_ids(plan_of(text))

    assert not ids - {"caution/negated-danger"}


def test_caution_says_nothing_of_files() -> None:
    ids = rule_ids(file_of("notes.md", "# Notes\n\nThis is irreversible on the live database.\n"))

    assert not {rule for rule in ids if rule.startswith("caution/")}
