"""What a waiver of a finding lifts, and what it never does.

A waiver says "I looked at this finding, and here it is no danger". So it takes the finding out of the score and of
the outcome. It never lifts

- a reported block or a marker: they are not findings of ours but somebody's request for a person;
- a crashed analyzer, or an assessment that exceeded its limits: nobody looked, so there is nothing to accept;
- a floor: what cannot be undone stays so, however sure a person is. Floors look at the score with every finding.
"""

from __future__ import annotations

from dataclasses import replace

from proposals.gate.findings import Effect, Finding, Level, Raises, Rule

CRASHED = Rule(
    "gate/analyzer-crashed",
    Level.ERROR,
    Effect.BLOCK,
    "An analyzer could not finish",
    "Decide by reading the content itself, and report the analyzer to whoever runs the gate.",
)
EXCEEDED = Rule(
    "gate/limit-exceeded",
    Level.ERROR,
    Effect.BLOCK,
    "The assessment did not end within its limits",
    "Decide by reading the content itself, or send it in smaller and simpler parts.",
    Raises(likelihood=3, damage=3, reversibility=2),
)
BLOCK_MARKER_RULE = "envelope/block-marker"
REVIEW_MARKER_RULE = "envelope/review-marker"
REPORTED_BLOCK_RULE = "envelope/reported-block"
_STAYS = {
    REPORTED_BLOCK_RULE: "a block that the report itself asks for is always honoured",
    BLOCK_MARKER_RULE: "a marker asks for a person, and is taken out by its author only",
    REVIEW_MARKER_RULE: "a marker asks for a person, and is taken out by its author only",
    CRASHED.id: "an analyzer that crashed has seen nothing that could be accepted",
    EXCEEDED.id: "a content that was not read to its end may hold anything",
}


def why_not_waivable(rule_id: str) -> str:
    """Why findings of this rule cannot be waived; empty when they can."""
    return _STAYS.get(rule_id, "")


def waive(finding: Finding, waived: frozenset[str]) -> Finding:
    """The finding, marked as waived when its fingerprint is among `waived` and its rule allows it."""
    if finding.fingerprint in waived and not why_not_waivable(finding.rule_id):
        return replace(finding, is_waived=True)
    return finding
