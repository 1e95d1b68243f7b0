"""A verdict whose reversibility was measured by a rehearsal instead of read from the content."""

from __future__ import annotations

from dataclasses import replace

from proposals.gate.assessment import assess, decide
from proposals.gate.distance import distance_of
from proposals.gate.measurements import Measurement
from proposals.gate.narrative import narrate
from proposals.gate.policy import Rules
from proposals.gate.scoring import Factor, Score
from proposals.gate.subject import Subject
from proposals.gate.verdict import Verdict
from proposals.reports import Report

MEASURED = {
    1: "A rehearsal on a copy of the target ran it and undid it by its reverse statements; nothing was left different.",
    2: "A rehearsal on a copy of the target ran it and restored the rows that it destroys from what is kept of them.",
    3: "No rehearsal on a copy of the target proved a way back.",
}


def assess_measured(
    report: Report,
    rules: Rules,
    reversibility: int,
    waived: frozenset[str] = frozenset(),
    measurements: tuple[Measurement, ...] = (),
) -> Verdict:
    """As `assess`, with the factor that a rehearsal measured, 1..3; 0 when none did.

    Deterministic: the sentence depends on the factor alone.
    """
    verdict = assess(report, rules, waived=waived, measurements=measurements)
    if not reversibility:
        return verdict
    score = _with_measure(verdict.score, reversibility)
    everything = assess(report, rules, measurements=measurements) if waived else verdict
    unwaived = _with_measure(everything.score, reversibility)
    decided = decide(score, verdict.findings, rules, unwaived)
    deciding = tuple(finding for finding in verdict.findings if not finding.is_waived)
    told = narrate(Subject.of(report, measurements), decided.outcome, score, deciding, rules)
    return replace(
        verdict,
        outcome=decided.outcome,
        band=decided.band,
        score=score,
        severity=decided.severity,
        decided_by=decided.decided_by,
        headline=told.headline,
        effect_line=told.effect_line,
        worst_case=told.worst_case,
        way_back=told.way_back,
        distance=distance_of(score, decided.severity, decided.band, rules),
    )


def _with_measure(score: Score, reversibility: int) -> Score:
    evidence = {**score.evidence, Factor.REVERSIBILITY.value: MEASURED[reversibility]}
    return Score(score.likelihood, score.damage, reversibility, evidence)
