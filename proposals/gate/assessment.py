"""From a report to a verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from proposals.gate.analyzer import Analyzer, all_analyzers
from proposals.gate.distance import distance_of
from proposals.gate.findings import Effect, Finding, Level, Sighting, number_findings
from proposals.gate.narrative import Narrative, narrate
from proposals.gate.policy import Rules
from proposals.gate.retrospective import retrospect
from proposals.gate.scoring import Band, Score, band_of, floor_of, higher_band, score_of
from proposals.gate.subject import Subject
from proposals.gate.truth import truth_of
from proposals.gate.verdict import Outcome, Verdict
from proposals.gate.waiving import BLOCK_MARKER_RULE, CRASHED, REVIEW_MARKER_RULE, waive
from proposals.reports import Report

GATE_VERSION = "4"

_MOST_OF_A_RULE = 50
_EFFECT_ORDER = {Effect.BLOCK: 0, Effect.UNUSABLE: 1, Effect.REVIEW: 2, Effect.NONE: 3}
_LEVEL_ORDER = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}


def assess(
    report: Report,
    rules: Rules,
    analyzers: tuple[Analyzer, ...] | None = None,
    waived: frozenset[str] = frozenset(),
) -> Verdict:
    """Judge one content under one policy. Deterministic; never raises for anything that a report can hold.

    `waived` are fingerprints of findings that a person accepted: see `proposals.gate.waiving` for what stays.
    """
    subject = Subject.of(report)
    sightings: list[Sighting] = []
    for analyzer in all_analyzers() if analyzers is None else analyzers:
        sightings.extend(_examine(analyzer, subject, rules))
    numbered = [waive(finding, waived) for finding in number_findings(sightings, subject)]
    counted = [sighting for sighting, finding in zip(sightings, numbered, strict=True) if not finding.is_waived]
    score, unwaived = score_of(subject, counted), score_of(subject, sightings)
    findings = tuple(sorted(numbered, key=_rank))
    return _verdict(subject, score, findings, rules, decide(score, findings, rules, unwaived))


def _examine(analyzer: Analyzer, subject: Subject, rules: Rules) -> list[Sighting]:
    try:
        return _first_of_each(analyzer.examine(subject, rules))
    # A gate fails closed: whatever an analyzer dies of, the content is then unread and so is blocked.
    except Exception as error:  # noqa: BLE001
        name = type(analyzer).__name__
        return [Sighting(CRASHED, f"The analyzer {name} stopped with {type(error).__name__}; its part is unread.")]


def _first_of_each(sightings: Iterable[Sighting]) -> list[Sighting]:
    """At most 50 of a rule: a person reads no more, and a hostile file could make a million."""
    kept: list[Sighting] = []
    counts: Counter[str] = Counter()
    for sighting in sightings:
        counts[sighting.rule.id] += 1
        if counts[sighting.rule.id] <= _MOST_OF_A_RULE:
            kept.append(sighting)
    return kept


def _rank(finding: Finding) -> tuple[bool, int, int, int, str]:
    line = finding.region.start_line if finding.region else 0
    return finding.is_waived, _EFFECT_ORDER[finding.effect], _LEVEL_ORDER[finding.level], line, finding.rule_id


@dataclass(frozen=True, slots=True)
class Decided:
    """What follows from a score and findings under one policy, and the sentence that says what decided."""

    outcome: Outcome
    band: Band
    severity: int
    decided_by: str


def decide(score: Score, findings: Iterable[Finding], rules: Rules, unwaived: Score | None = None) -> Decided:
    """The outcome, without reading the content again. Waived findings decide nothing.

    `unwaived` is the score with the waived findings in it, which the floors look at; `score` when nothing is waived.
    """
    deciding = tuple(finding for finding in findings if not finding.is_waived)
    severity = max(score.severity, _marker_severity(deciding, rules))
    band, decided_by = _band(severity, deciding, rules, floor_of(unwaived or score, rules))
    outcome = _outcome(band, deciding)
    if outcome is Outcome.RETURNED:
        decided_by = _by_finding(deciding, Effect.UNUSABLE, "returned")
    return Decided(outcome, band, severity, decided_by)


def _verdict(subject: Subject, score: Score, findings: tuple[Finding, ...], rules: Rules, decided: Decided) -> Verdict:
    deciding = tuple(finding for finding in findings if not finding.is_waived)
    told: Narrative = narrate(subject, decided.outcome, score, deciding, rules)
    return Verdict(
        outcome=decided.outcome,
        band=decided.band,
        score=score,
        severity=decided.severity,
        decided_by=decided.decided_by,
        headline=told.headline,
        effect_line=told.effect_line,
        worst_case=told.worst_case,
        way_back=told.way_back,
        findings=findings,
        gate_version=GATE_VERSION,
        distance=distance_of(score, decided.severity, decided.band, rules),
        retrospective=retrospect(subject, findings, rules),
        truth=truth_of(subject, rules),
    )


def _marker_severity(findings: tuple[Finding, ...], rules: Rules) -> int:
    seen = {finding.rule_id for finding in findings}
    if BLOCK_MARKER_RULE in seen:
        return rules.block_marker_severity
    return rules.review_marker_severity if REVIEW_MARKER_RULE in seen else 0


def _band(
    severity: int, findings: tuple[Finding, ...], rules: Rules, floor: tuple[Band, str] | None
) -> tuple[Band, str]:
    """The highest band that anything asks for, and the sentence of the first thing that asks for it."""
    effects = {finding.effect for finding in findings}
    candidates: list[tuple[Band, str]] = []
    if Effect.BLOCK in effects:
        candidates.append((Band.BLOCK, _by_finding(findings, Effect.BLOCK, "blocks")))
    if floor:
        candidates.append(floor)
    candidates.append((band_of(severity, rules), _by_threshold(severity, rules)))
    if Effect.REVIEW in effects:
        candidates.append((Band.MITIGATE, _by_finding(findings, Effect.REVIEW, "asks for a person")))
    highest = Band.CLEAR
    for band, _ in candidates:
        highest = higher_band(highest, band)
    return highest, next(sentence for band, sentence in candidates if band is highest)


def _by_finding(findings: tuple[Finding, ...], effect: Effect, verb: str) -> str:
    first = next(finding for finding in findings if finding.effect is effect)
    return f"The rule {first.rule_id} decided: it {verb} whatever the score."


def _by_threshold(severity: int, rules: Rules) -> str:
    if severity >= rules.block_at:
        return f"The threshold decided: severity {severity} is at or above {rules.block_at}, where block begins."
    if severity >= rules.mitigate_at:
        left = rules.block_at - severity
        return f"The threshold decided: severity {severity} is at or above {rules.mitigate_at}, {left} below block."
    left = rules.mitigate_at - severity
    return f"The threshold decided: severity {severity} is {left} below {rules.mitigate_at}, where mitigation begins."


def _outcome(band: Band, findings: tuple[Finding, ...]) -> Outcome:
    """Danger first: what blocks is shown to an operator even when it could not run."""
    if band is Band.BLOCK:
        return Outcome.BLOCKED
    if any(finding.effect is Effect.UNUSABLE for finding in findings):
        return Outcome.RETURNED
    return Outcome.NEEDS_MITIGATION if band is Band.MITIGATE else Outcome.CLEARED
