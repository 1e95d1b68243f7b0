"""Verdicts and reports read back from the JSON types that they were written as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from proposals.gate.distance import Distance
from proposals.gate.findings import Effect, Finding, Level, Region
from proposals.gate.retrospective import Retrospective
from proposals.gate.scoring import Band, Score
from proposals.gate.truth import Truth
from proposals.gate.verdict import Outcome, Verdict
from proposals.reports import Report

_TEXTS = ("decided_by", "headline", "effect_line", "worst_case", "way_back", "gate_version")


def verdict_from_dict(stored: Mapping[str, Any]) -> Verdict:
    """What `verdict_as_dict` wrote. Raises KeyError, TypeError, ValueError."""
    score = stored["score"]
    return Verdict(
        outcome=Outcome(stored["outcome"]),
        band=Band(stored["band"]),
        score=Score(score["likelihood"], score["damage"], score["reversibility"], dict(score["evidence"])),
        severity=int(stored["severity"]),
        findings=tuple(_finding(each) for each in stored["findings"]),
        distance=Distance.from_dict(stored["distance"]) if stored["distance"] else None,
        retrospective=Retrospective.from_dict(stored["retrospective"]),
        truth=Truth.from_dict(stored["truth"]),
        **{name: str(stored[name]) for name in _TEXTS},
    )


def _finding(stored: Mapping[str, Any]) -> Finding:
    region = stored["region"]
    read = {"level": Level(stored["level"]), "effect": Effect(stored["effect"])}
    return Finding(**{**stored, **read, "region": Region(**region) if region else None})


def report_as_dict(report: Report) -> dict[str, Any]:
    """The seven fields."""
    return asdict(report)


def report_from_dict(stored: Mapping[str, Any]) -> Report:
    """What `report_as_dict` wrote, unchecked: it was a report before."""
    return Report(**{**stored, "risks": tuple(stored["risks"]), "mitigations": tuple(stored["mitigations"])})
