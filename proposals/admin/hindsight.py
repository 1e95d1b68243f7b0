"""What the review page shows of the time after: the retrospective and the truth object."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from proposals.gate.retrospective import TITLES, Section
from proposals.gate.truth import confidence_at
from proposals.models import Assessment

_ANCHORS = {"content": "file", "report": "text"}
_YEARS = 2


def hindsight_context(assessment: Assessment | None) -> dict[str, Any]:
    """The sections that have something to say, and the claims with today's confidence. No query."""
    if assessment is None:
        return {"sections": [], "truth": {}}
    return {
        "sections": _sections(assessment),
        "looking_back_from": assessment.created_at.year + _YEARS,
        "truth": _truth(assessment),
    }


def _sections(assessment: Assessment) -> list[dict[str, Any]]:
    stored = assessment.retrospective
    return [
        {"title": TITLES[section], "points": [_anchored(point) for point in stored[section.value]]}
        for section in Section
        if stored.get(section.value)
    ]


def _truth(assessment: Assessment) -> dict[str, Any]:
    age = (timezone.now() - assessment.created_at) / timedelta(days=1)
    shown: dict[str, Any] = {name: [_anchored(each) for each in found] for name, found in assessment.truth.items()}
    for claim in shown.get("claims", []):
        claim["now"] = round(100 * confidence_at(claim["confidence"], claim["half_life_days"], age))
    return shown | {"count": sum(len(found) for found in shown.values())}


def _anchored(stored: dict[str, Any]) -> dict[str, Any]:
    return stored | {"anchor": _ANCHORS.get(stored["artifact"], "")}
