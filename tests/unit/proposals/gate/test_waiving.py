from __future__ import annotations

import pytest

from proposals.gate import DEFAULT, Outcome, Verdict, assess
from proposals.gate.sarif import to_sarif
from proposals.reports import Report

from .proposed import file_of, plan_of, report_of, verdict_of

OPENS = file_of("ops/list.py", "import os\n\nos.system('ls')\n")


def all_of(verdict: Verdict) -> frozenset[str]:
    return frozenset(finding.fingerprint for finding in verdict.findings)


def test_assess_with_a_waiver_leaves_the_finding_out_and_tells_it_last() -> None:
    before = verdict_of(OPENS)

    after = assess(OPENS, DEFAULT, waived=all_of(before))

    assert (before.outcome, after.outcome) == (Outcome.NEEDS_MITIGATION, Outcome.CLEARED)
    assert after.severity < before.severity
    assert [finding.is_waived for finding in after.findings] == [True] * len(before.findings)


def test_assess_with_a_foreign_fingerprint_changes_nothing() -> None:
    assert assess(OPENS, DEFAULT, waived=frozenset({"0" * 64})) == verdict_of(OPENS)


@pytest.mark.parametrize(
    ("report", "outcome"),
    [
        (report_of("self_improvement: Rest.", block_execution=True), Outcome.BLOCKED),
        (plan_of("Rest. [fsar_block]"), Outcome.BLOCKED),
        (plan_of("Rest. [fsar_review]"), Outcome.NEEDS_MITIGATION),
        (file_of("a.sql", "TRUNCATE loaves;"), Outcome.BLOCKED),
        (file_of("a.sql", "DELETE FROM loaves WHERE id = 7;"), Outcome.NEEDS_MITIGATION),
    ],
)
def test_assess_never_waives_requests_markers_and_floors(report: Report, outcome: Outcome) -> None:
    assert assess(report, DEFAULT, waived=all_of(verdict_of(report))).outcome is outcome


def test_sarif_of_a_waived_finding_is_suppressed() -> None:
    verdict = assess(OPENS, DEFAULT, waived=all_of(verdict_of(OPENS)))

    results = to_sarif(verdict, OPENS)["runs"][0]["results"]

    assert all(result["suppressions"] == [{"kind": "external", "status": "accepted"}] for result in results)
