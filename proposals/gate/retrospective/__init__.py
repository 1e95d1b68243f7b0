"""The review as if two years had passed: what failed quietly, and what would have shown it.

Every sentence is taken from the content: its SQL, what its file reaches for, a plan's own words, the findings. A
content with nothing to say about has no section.
"""

from __future__ import annotations

from collections.abc import Iterator

from proposals.gate.findings import Finding
from proposals.gate.policy import Rules
from proposals.gate.retrospective.code import code_points
from proposals.gate.retrospective.findings import finding_points
from proposals.gate.retrospective.plans import plan_points
from proposals.gate.retrospective.sections import TITLES, Point, Retrospective, Section
from proposals.gate.retrospective.sql import sql_points
from proposals.gate.subject import Subject, is_too_large

__all__ = ["TITLES", "Point", "Retrospective", "Section", "retrospect"]


def retrospect(subject: Subject, findings: tuple[Finding, ...], rules: Rules) -> Retrospective:
    """The retrospective of one content. Deterministic."""
    return Retrospective.of(_points(subject, findings, rules))


def _points(subject: Subject, findings: tuple[Finding, ...], rules: Rules) -> Iterator[Point]:
    yield from finding_points(findings)
    if is_too_large(subject.report.proposal, rules):
        return
    yield from sql_points(subject, rules)
    if subject.frame is not None:
        yield from code_points(subject)
    elif subject.is_plan:
        yield from plan_points(subject)
