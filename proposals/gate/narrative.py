"""The four sentences an operator reads first, each taken from the content itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from proposals.gate.findings import Effect, Finding, one_line
from proposals.gate.languages.identity import Language
from proposals.gate.languages.sql import parse_sql, sql_texts
from proposals.gate.languages.sql_effects import Change, changes_of
from proposals.gate.policy import Rules
from proposals.gate.scoring import Score
from proposals.gate.subject import Subject
from proposals.gate.verdict import Outcome

_SHOWN = 3
_WORST_WORDS = ("caution/danger-words", "caution/live-database", "caution/deletion", "caution/schema-change")
_HEADING = re.compile(r"^\s{0,3}(?:#{1,6}\s+|\d+\.\s+\*\*)(?:\d+[.)]\s*)?(.{1,80}?)\**:?\**\s*$")


@dataclass(frozen=True, slots=True)
class Narrative:
    headline: str
    effect_line: str
    worst_case: str
    way_back: str


def narrate(subject: Subject, outcome: Outcome, score: Score, findings: tuple[Finding, ...], rules: Rules) -> Narrative:
    """One line each. `findings` come most pressing first."""
    changes = tuple(
        change for text in sql_texts(subject, rules) for change in changes_of(parse_sql(text.text).statements)
    )
    return Narrative(
        headline=one_line(_headline(outcome, score, findings), 300),
        effect_line=one_line(_effect_line(subject, changes), 300),
        worst_case=one_line(_worst_case(subject, score, changes, findings), 300),
        way_back=one_line(_way_back(subject, score, changes), 300),
    )


def _headline(outcome: Outcome, score: Score, findings: tuple[Finding, ...]) -> str:
    deciding = {
        Outcome.BLOCKED: (Effect.BLOCK, "Blocked"),
        Outcome.RETURNED: (Effect.UNUSABLE, "Returned"),
        Outcome.NEEDS_MITIGATION: (Effect.REVIEW, "Needs a person"),
    }
    if outcome is Outcome.CLEARED:
        noted = len(findings)
        notes = f"{noted} note{'' if noted == 1 else 's'}" if noted else "nothing found"
        return f"Cleared: severity {score.severity}, {notes}"
    effect, verb = deciding[outcome]
    stops = [finding for finding in findings if finding.effect is effect]
    if not stops:
        return f"{verb}: severity {score.severity}; {score.evidence['damage']}"
    more = f" (and {len(stops) - 1} more)" if len(stops) > 1 else ""
    return f"{verb}: {_placed(stops[0])}{more}"


def _placed(finding: Finding) -> str:
    message = finding.message.rstrip(".")
    return f"line {finding.region.start_line}: {message}" if finding.region else message


def _effect_line(subject: Subject, changes: tuple[Change, ...]) -> str:
    if subject.frame is not None:
        lines = len(subject.content_lines)
        kind = f" of {subject.language}" if subject.language else ""
        does = f": {_listed(change.does for change in changes)}" if changes else ""
        size = f"{lines} line{'' if lines == 1 else 's'}{kind}"
        if subject.language is Language.SQL:
            return f"Runs {subject.frame.path} on the target database ({size}){does}"
        return f"Writes {subject.frame.path} ({size}){does}"
    if subject.is_plan:
        if changes:
            return f"A plan whose SQL would {_listed(change.does for change in changes)}"
        headings = [match[1] for line in subject.report_lines if (match := _HEADING.match(line))]
        about = f": {_listed(headings)}" if headings else ""
        return f"A plan; its actions become tasks for people{about}"
    if subject.is_idea:
        return f"Records the idea {subject.body.strip()[:80]!r} as a task; nothing runs by itself"
    return "Nothing that the gate can name"


def _worst_case(subject: Subject, score: Score, changes: tuple[Change, ...], findings: tuple[Finding, ...]) -> str:
    worst = max(changes, key=lambda change: change.weight, default=None)
    if worst is not None:
        return worst.worst_case
    if subject.frame is not None:
        if subject.language is Language.SQL:
            return "The target database refuses the statements, and nothing changes: they run in one transaction."
        if subject.language in {Language.JAVASCRIPT, Language.PYTHON, Language.RUBY, Language.TYPESCRIPT}:
            return f"Whatever loads {subject.frame.path} fails or misbehaves until the commit is reverted."
        return f"Whatever reads {subject.frame.path} gets what this file says until the commit is reverted."
    announced = [finding for rule in _WORST_WORDS for finding in findings if finding.rule_id == rule]
    if announced:
        return f"It is carried out by hand, unjudged, as written on {_placed(announced[0])}."
    return score.evidence["damage"]


def _way_back(subject: Subject, score: Score, changes: tuple[Change, ...]) -> str:
    lost = [change for change in changes if not change.way_back]
    if lost:
        return f"None by itself: {_listed(change.does for change in lost)} needs a backup taken before."
    if changes:
        return f"Reverse statements: {_listed(change.way_back for change in changes)}."
    if subject.language is Language.SQL:
        return "None is needed: no statement that changes anything was read."
    if subject.frame is not None:
        return f"Revert the one commit that writes {subject.frame.path}."
    return score.evidence["reversibility"]


def _listed(items: Iterable[str]) -> str:
    unique = list(dict.fromkeys(items))
    more = f" and {len(unique) - _SHOWN} more" if len(unique) > _SHOWN else ""
    return ", ".join(unique[:_SHOWN]) + more
