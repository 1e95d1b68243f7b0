"""What the findings say about the time after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from proposals.gate.findings import Effect, Finding
from proposals.gate.retrospective.sections import Point, Section

_WEIGHTS = {Effect.BLOCK: 5, Effect.UNUSABLE: 4, Effect.REVIEW: 3}
# By rule id or by its family: what comes of it when nobody minds the finding.
_AFTERWARDS: dict[str, tuple[tuple[Section, str], ...]] = {
    "secret": (
        (Section.CONSEQUENCES, "What line {line} shows is in every clone, log and backup from the day of the commit."),
        (Section.WAYS_BACK, "Taking line {line} out does not help: rotate what it shows, then revert."),
    ),
    "content/placeholder": (
        (Section.CONSEQUENCES, "Line {line} answers as if the work were done, and those who call it believe it."),
        (Section.SIGNALS, "Callers that get an empty answer from what line {line} stands for."),
    ),
    "danger/process": (
        (Section.BLIND_SPOTS, "What the process started on line {line} may do is nowhere in this file."),
        (Section.SIGNALS, "Processes of the host that nobody deployed, started by what line {line} runs."),
    ),
    "danger/evaluation": (
        (Section.BLIND_SPOTS, "Line {line} runs text that this review has not seen, and whoever feeds it decides."),
    ),
    "danger/sql-in-code": (
        (Section.SIGNALS, "Statements in the database's log that line {line} assembled and nobody wrote."),
    ),
    "javascript/undefined-name": (
        (Section.SIGNALS, "The first ReferenceError in the log that names what line {line} uses."),
    ),
    "injection": (
        (Section.CONSEQUENCES, "A model that reads this file later obeys line {line} as if we had written it."),
    ),
    "hidden": ((Section.BLIND_SPOTS, "Reviewers read line {line} without what is hidden in it."),),
    "path/protected": (
        (Section.CONSEQUENCES, "What guards the system is changed by what it guards against: {message}"),
    ),
    "caution/live-database": (
        (Section.MITIGATIONS, "Run what line {line} announces on a copy first; it says {message}."),
    ),
    "caution/deletion": ((Section.WAYS_BACK, "Keep a copy of what line {line} lets go: {message}."),),
    "caution/production": (
        (Section.SIGNALS, "The error rate of the hour after the step of line {line}, beside the same hour a week ago."),
    ),
}
_MOST_REMEDIES = 3


def finding_points(findings: Iterable[Finding]) -> Iterator[Point]:
    """The remedies of the most pressing findings, and what the known ones lead to. `findings` come in that order."""
    seen: set[str] = set()
    for finding in findings:
        if finding.rule_id in seen:
            continue
        seen.add(finding.rule_id)
        weight = _WEIGHTS.get(finding.effect, 1)
        for section, text in _afterwards(finding):
            yield Point(section, max(weight, 2), text.format(**_words(finding)), finding.region)
    yield from _remedies(findings)


def _afterwards(finding: Finding) -> tuple[tuple[Section, str], ...]:
    family = finding.rule_id.partition("/")[0]
    said = _AFTERWARDS.get(finding.rule_id) or _AFTERWARDS.get(family) or ()
    return said if finding.region else ()


def _remedies(findings: Iterable[Finding]) -> Iterator[Point]:
    pressing = {finding.rule_id: finding for finding in findings if finding.effect is not Effect.NONE}
    for finding in list(pressing.values())[:_MOST_REMEDIES]:
        text = f"{finding.message.rstrip('.')}: {finding.remedy[:1].lower()}{finding.remedy[1:]}"
        yield Point(Section.MITIGATIONS, _WEIGHTS[finding.effect], text, finding.region)


def _words(finding: Finding) -> dict[str, object]:
    return {"line": finding.region.start_line if finding.region else 0, "message": finding.message.rstrip(".")}
