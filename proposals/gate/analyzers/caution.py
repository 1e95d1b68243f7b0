"""What in a plan's words calls for caution."""

from __future__ import annotations

import re
from collections.abc import Iterable

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.negation import is_negated
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject


def _note(name: str, title: str, what_to_do: str) -> Rule:
    return Rule(f"caution/{name}", Level.NOTE, Effect.NONE, title, what_to_do)


LIVE_DATABASE = _note(
    "live-database",
    "A live database is to be changed",
    "Ask for a rehearsal on a copy and for the reverse statements before it runs.",
)
SCHEMA_CHANGE = _note(
    "schema-change",
    "The schema is to change",
    "Check that the column or table is still missing and that its addition is additive.",
)
PRODUCTION = _note(
    "production",
    "Production is to be touched",
    "Check which environment comes first and who watches the roll-out.",
)
BACKUP = _note(
    "backup",
    "A backup is part of the plan",
    "Check that the backup exists and restores before anything runs.",
)
DELETION = _note(
    "deletion",
    "Something is to be deleted",
    "Check what goes and whether a copy is kept.",
)
DANGER = _note(
    "danger-words",
    "The text speaks of a loss or of no way back",
    "Check whether the plan itself can cause it.",
)
NEGATED = _note(
    "negated-danger",
    "A danger is named to be ruled out",
    "Read it as the promise that it is: it is no danger, and it is no proof either.",
)

_DANGER = re.compile(
    r"\b(?:data[- ]loss|loss of data|los(?:e|ing) (?:any |the )?data|irreversibl[ey]|cannot be undone|"
    r"can(?:no|')t be (?:reverted|rolled back)|unrecoverabl[ey]|destructive)\b",
    re.IGNORECASE,
)
_WORDS: tuple[tuple[Rule, re.Pattern[str], str], ...] = (
    (
        LIVE_DATABASE,
        re.compile(r"\b(?:live|running|production) (?:database|db|data|tables?|schema)\b", re.IGNORECASE),
        "a change to what is live",
    ),
    (
        SCHEMA_CHANGE,
        re.compile(
            r"\b(?:schema (?:change|update|adjustment|migration)s?|(?:chang|updat|alter|modify|adjust)\w* the "
            r"(?:database )?schema|migration script|"
            r"add(?:ing|s)? (?:an? |the |this )?(?:new |missing )*(?:`\w+` )?(?:missing )?column|alter table|"
            r"add column)\b",
            re.IGNORECASE,
        ),
        "a change of the schema",
    ),
    (PRODUCTION, re.compile(r"\b(?:to|in|on|into) production\b(?!-)", re.IGNORECASE), "a step in production"),
    (BACKUP, re.compile(r"\b(?:back(?:ing)? ?-?up|backups?)\b", re.IGNORECASE), "a backup"),
    (
        DELETION,
        re.compile(
            r"\b(?:delet(?:e|es|ing|ion)|dropp?(?:ing)? (?:the |a )?(?:table|column)|purg(?:e|ing)|"
            r"truncat(?:e|ing))\b",
            re.IGNORECASE,
        ),
        "a deletion",
    ),
)


@register
class Caution(Analyzer):
    """Notes, for plans only and without effect on the outcome, the lines that an operator should read first.

    Understands negation: "without data loss" is noted as ruled out, not as a danger. Lets through boilerplate such
    as "production-ready", and says nothing about files, whose content is analysed instead of their words.
    """

    rules = (LIVE_DATABASE, SCHEMA_CHANGE, PRODUCTION, BACKUP, DELETION, DANGER, NEGATED)

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        if not subject.is_plan:
            return
        for number, line in enumerate(subject.report_lines, 1):
            region = subject.report_region(number)
            for match in _DANGER.finditer(line):
                if is_negated(line, match.start(), match.end()):
                    said = f'Names "{match[0]}" only to rule it out; a word search takes this for a danger'
                    yield Sighting(NEGATED, said, region)
                else:
                    yield Sighting(DANGER, f'Speaks of "{match[0]}"', region)
            for rule, pattern, means in _WORDS:
                found = next((m for m in pattern.finditer(line) if not is_negated(line, m.start(), m.end())), None)
                if found:
                    yield Sighting(rule, f'"{found[0]}" announces {means}', region)
