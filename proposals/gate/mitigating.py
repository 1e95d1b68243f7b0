"""What a mitigation lowers: the band `mitigate`, once a check of it ran and passed.

A promise lowers nothing, and nothing lowers a block. A marker still asks for its person.
"""

from __future__ import annotations

from dataclasses import replace

from proposals.gate.distance import distance_of
from proposals.gate.policy import Rules
from proposals.gate.scoring import Band
from proposals.gate.verdict import Outcome, Verdict
from proposals.gate.waiving import REVIEW_MARKER_RULE

DECIDED_BY = "A mitigation's check ran and passed: what would need mitigation has it."


def mitigate(verdict: Verdict, rules: Rules) -> Verdict:
    """The verdict after a passed check: clear where it was `mitigate`, the same everywhere else."""
    if verdict.band is not Band.MITIGATE or verdict.outcome is not Outcome.NEEDS_MITIGATION:
        return verdict
    if any(finding.rule_id == REVIEW_MARKER_RULE for finding in verdict.findings):
        return verdict
    return replace(
        verdict,
        band=Band.CLEAR,
        outcome=Outcome.CLEARED,
        decided_by=DECIDED_BY,
        headline=f"Mitigated, as checked. {verdict.headline}",
        distance=distance_of(verdict.score, verdict.severity, Band.CLEAR, rules),
    )
