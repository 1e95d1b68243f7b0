"""What the gate answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from proposals.gate.findings import Finding
from proposals.gate.scoring import Band, Score


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

    @property
    def is_stopped(self) -> bool:
        return self.outcome in {Outcome.RETURNED, Outcome.BLOCKED}
