"""From stored rows back to what the gate said."""

from __future__ import annotations

from proposals.gate import Band, Effect, Finding, Level, Outcome, Region, Score, Verdict
from proposals.gate.distance import Distance
from proposals.gate.retrospective import Retrospective
from proposals.gate.truth import Truth
from proposals.models import Assessment
from proposals.models import Finding as Row


def stored_verdict(assessment: Assessment) -> Verdict:
    """The verdict that an assessment records, findings in the order seen. One query."""
    return Verdict(
        outcome=Outcome(assessment.outcome),
        band=Band(assessment.band),
        score=Score(assessment.likelihood, assessment.damage, assessment.reversibility, assessment.evidence),
        severity=assessment.severity,
        decided_by=assessment.decided_by,
        headline=assessment.headline,
        effect_line=assessment.effect,
        worst_case=assessment.worst_case,
        way_back=assessment.way_back,
        findings=tuple(_seen(row) for row in assessment.findings.order_by("id")),
        gate_version=assessment.gate_version,
        distance=Distance.from_dict(assessment.distance) if assessment.distance else None,
        retrospective=Retrospective.from_dict(assessment.retrospective),
        truth=Truth.from_dict(assessment.truth),
    )


def _seen(row: Row) -> Finding:
    return Finding(
        rule_id=row.rule_id,
        level=Level(row.level),
        message=row.message,
        remedy=row.remedy,
        region=Region(row.artifact, row.start_line, row.end_line) if row.start_line and row.end_line else None,
        fingerprint=row.fingerprint,
        effect=Effect(row.effect),
        is_waived=row.is_waived,
    )
