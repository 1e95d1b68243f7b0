"""What the gate answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from proposals.gate.distance import Distance
from proposals.gate.findings import Finding
from proposals.gate.retrospective.sections import Retrospective
from proposals.gate.scoring import Band, Score
from proposals.gate.truth import Truth


class Outcome(StrEnum):
    RETURNED = "returned"
    BLOCKED = "blocked"
    NEEDS_MITIGATION = "needs_mitigation"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judgement of one exact content. `severity` (1..75) is the product, or a marker's if that is more."""

    outcome: Outcome
    band: Band
    score: Score
    severity: int
    decided_by: str
    headline: str
    effect_line: str
    worst_case: str
    way_back: str
    findings: tuple[Finding, ...]
    gate_version: str
    distance: Distance | None = None
    retrospective: Retrospective = field(default_factory=Retrospective)
    truth: Truth = field(default_factory=Truth)

    @property
    def is_stopped(self) -> bool:
        return self.outcome in {Outcome.RETURNED, Outcome.BLOCKED}
