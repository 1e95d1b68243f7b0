"""Brackets, strings and comments of languages that have no parser here."""

from __future__ import annotations

from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.brackets import bracket_problem
from proposals.gate.languages.identity import Language
from proposals.gate.subject import Subject

UNBALANCED = Rule(
    "syntax/brackets",
    Level.ERROR,
    Effect.UNUSABLE,
    "Brackets, strings or comments do not close",
    "Send the whole file; something in the middle or at its end is missing.",
)


@register
class BracketSyntax(FileAnalyzer):
    """Catches brackets that do not pair and names that begin with digits. Lets everything else through unread."""

    rules = (UNBALANCED,)
    languages = frozenset({Language.GROOVY, Language.BRACKETED})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        problem = bracket_problem(content)
        if problem:
            yield Sighting(UNBALANCED, problem.message, subject.content_region(problem.line))
