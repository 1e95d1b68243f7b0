"""A verdict as JSON types."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from proposals.gate.verdict import Outcome, Verdict

_ACCEPTANCE_WORDS = {
    Outcome.RETURNED: "stop",
    Outcome.BLOCKED: "stop",
    Outcome.NEEDS_MITIGATION: "review",
    Outcome.CLEARED: "pass",
}


def verdict_as_dict(verdict: Verdict, report_id: str) -> dict[str, Any]:
    """Every field of the verdict, the enums by their values, and the id of the report it judges."""
    return {
        "id": report_id,
        **asdict(verdict),
        "score": {**asdict(verdict.score), "severity": verdict.score.severity},
        "distance": verdict.distance.as_dict() if verdict.distance else None,
        "retrospective": verdict.retrospective.as_dict(),
        "truth": verdict.truth.as_dict(),
    }


def acceptance_word(outcome: Outcome) -> str:
    """ "stop", "review" or "pass": the three words that a scorer of verdicts reads."""
    return _ACCEPTANCE_WORDS[outcome]
