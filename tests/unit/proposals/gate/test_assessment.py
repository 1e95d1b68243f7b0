from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from proposals.gate import DEFAULT, Band, Effect, Outcome, Rules, assess
from proposals.gate.analyzer import Analyzer, RuleCollision, all_analyzers, catalogue, register
from proposals.gate.findings import Level, Rule, Sighting
from proposals.gate.subject import Subject
from proposals.reports import parse_report

from .proposed import file_of, plan_of, report_of, verdict_of

ADDITIVE = "CREATE TABLE loaves (id serial PRIMARY KEY, name text NOT NULL);\n"
ROOT = Path(__file__).resolve().parents[4]
REPORTS = ROOT.parent / "shared" / "reports"


class Crashing(Analyzer):
    rules = ()

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        raise self.error


@pytest.mark.parametrize(
    "error", [ValueError("secret text"), RecursionError("secret text"), MemoryError("secret text"), KeyError("x")]
)
def test_assess_blocks_when_an_analyzer_crashes(error: Exception) -> None:
    verdict = assess(plan_of("Write more tests."), DEFAULT, (Crashing(error),))

    assert verdict.outcome is Outcome.BLOCKED
    assert [finding.rule_id for finding in verdict.findings] == ["gate/analyzer-crashed"]
    assert type(error).__name__ in verdict.findings[0].message
    assert "Crashing" in verdict.findings[0].message
    assert "secret text" not in verdict.findings[0].message


@pytest.mark.parametrize(
    ("proposal", "expected"),
    [
        ("implement_idea: Implement: Bread by Subscription", Outcome.CLEARED),
        ("self_improvement: Write more tests for the billing code.", Outcome.CLEARED),
        ("self_improvement:", Outcome.RETURNED),
        ("", Outcome.RETURNED),
        (" \n ", Outcome.RETURNED),
        ("Improve yourself", Outcome.RETURNED),
        ("self_improvement: Rest. [fsar_review]", Outcome.NEEDS_MITIGATION),
        ("self_improvement: Rest.\n> [FSAR_Block] as they say", Outcome.BLOCKED),
        ("self_improvement: Clean up.\n```sql\nDROP TABLE loaves;\n```", Outcome.BLOCKED),
        ("self_improvement: Grow.\n```sql\nALTER TABLE loaves ADD COLUMN weight int;\n```", Outcome.NEEDS_MITIGATION),
    ],
)
def test_assess_outcomes(proposal: str, expected: Outcome) -> None:
    verdict = verdict_of(report_of(proposal))

    assert verdict.outcome is expected


def test_assess_clears_a_clean_file() -> None:
    verdict = verdict_of(file_of("migrations/001_loaves.sql", ADDITIVE))

    assert verdict.outcome is Outcome.CLEARED
    assert verdict.band is Band.CLEAR
    assert "create table loaves" in verdict.effect_line
    assert "DROP TABLE loaves" in verdict.way_back


def test_assess_honours_a_reported_block_and_says_whose_it_is() -> None:
    verdict = verdict_of(report_of("self_improvement: Write more tests.", block_execution=True, severity=48))

    assert verdict.outcome is Outcome.BLOCKED
    assert "report's own block" in verdict.headline
    assert "envelope/reported-block" in verdict.decided_by


def test_assess_blocks_danger_in_a_file_that_does_not_parse() -> None:
    verdict = verdict_of(file_of("a.sql", "DROP TABLE loaves;\nCREATE TABEL x (id int);\n"))

    assert verdict.outcome is Outcome.BLOCKED
    assert {finding.rule_id for finding in verdict.findings} >= {"danger/sql-drop", "syntax/sql"}


@pytest.mark.parametrize(("marker", "severity"), [("[fsar_block]", 50), ("[fsar_review]", 30)])
def test_assess_raises_the_severity_to_the_marker(marker: str, severity: int) -> None:
    verdict = verdict_of(plan_of(f"Write more tests.\n\n{marker}"))

    assert verdict.severity == severity


def test_assess_gives_the_same_verdict_twice() -> None:
    report = file_of("app.js", "const a = ;\n")

    first, second = verdict_of(report), verdict_of(report)

    assert first == second


def test_assess_survives_text_that_cannot_be_encoded() -> None:
    verdict = verdict_of(file_of("a.sql", "SELECT '\ud800';\x00 DROP TABLE loaves"))

    assert verdict.outcome is not Outcome.CLEARED


def test_fingerprint_is_stable_under_edits_elsewhere() -> None:
    before = verdict_of(file_of("a.sql", "CREATE TABEL x (id int);\n"))
    after = verdict_of(file_of("a.sql", "-- a comment\n\n  CREATE   TABEL x (id int);\nSELECT 1;\n"))

    prints = [next(f.fingerprint for f in v.findings if f.rule_id == "syntax/sql") for v in (before, after)]

    assert prints[0] == prints[1]


def test_fingerprint_tells_repeated_lines_apart() -> None:
    verdict = verdict_of(plan_of("Rest.\n[fsar_review]\n[fsar_review]"))

    prints = [finding.fingerprint for finding in verdict.findings if finding.rule_id == "envelope/review-marker"]

    assert len(prints) == len(set(prints)) == 2


def test_catalogue_rules_are_complete() -> None:
    rules = catalogue()

    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        assert "/" in rule.id
        assert rule.title
        assert rule.what_to_do.endswith(".")
    assert all(type(item).__doc__ for item in all_analyzers())


def test_register_refuses_a_rule_id_twice() -> None:
    taken = catalogue()[0]

    class Copycat(Analyzer):
        rules = (Rule(taken.id, Level.NOTE, Effect.NONE, "Copied", "Do not."),)

        def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
            return ()

    with pytest.raises(RuleCollision, match=taken.id):
        register(Copycat)


FOUNDING = {
    "fsar_42436ff6": (Outcome.CLEARED, set()),
    "fsar_3f4f1333": (Outcome.RETURNED, {("syntax/sql", "content", 6)}),
    "fsar_5c610a07": (
        Outcome.BLOCKED,
        {
            ("envelope/reported-block", "", 0),
            ("caution/live-database", "report", 19),
            ("caution/backup", "report", 19),
            ("caution/negated-danger", "report", 24),
            ("caution/production", "report", 24),
        },
    ),
    "fsar_19235936": (
        Outcome.BLOCKED,
        {
            ("envelope/reported-block", "", 0),
            ("plan-sql/alters", "report", 9),
            ("caution/negated-danger", "report", 11),
        },
    ),
    "fsar_d86d45b0": (
        Outcome.BLOCKED,
        {
            ("envelope/reported-block", "", 0),
            ("caution/negated-danger", "report", 4),
            ("caution/backup", "report", 7),
            ("caution/production", "report", 10),
        },
    ),
}


def founding_reports() -> list[Path]:
    return sorted(REPORTS.glob("fsar_*.md"))


@pytest.mark.parametrize("path", founding_reports(), ids=lambda path: path.stem[:13])
def test_assess_founding_reports(path: Path) -> None:
    outcome, expected = FOUNDING[path.stem[:13]]

    verdict = verdict_of(parse_report(path.read_bytes()))

    seen = {
        (
            finding.rule_id,
            finding.region.artifact if finding.region else "",
            finding.region.start_line if finding.region else 0,
        )
        for finding in verdict.findings
    }
    assert verdict.outcome is outcome
    assert expected <= seen


def test_gate_imports_no_django() -> None:
    script = (
        "import sys\n"
        "from proposals.gate.analyzer import all_analyzers\n"
        "import proposals.gate.sarif\n"
        "all_analyzers()\n"
        "sys.exit('django' in sys.modules)"
    )

    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)

    assert ended.returncode == 0
