"""Syntax of Ruby, shell and HCL."""

from __future__ import annotations

from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.languages.shell import bash_accepts
from proposals.gate.languages.trees import first_error, line_of, parse_tree, said_of
from proposals.gate.subject import Subject

SYNTAX = Rule(
    "syntax/grammar",
    Level.ERROR,
    Effect.UNUSABLE,
    "The grammar of the language refuses the file",
    "Correct the line and submit again.",
)


@register
class GrammarSyntax(FileAnalyzer):
    """Catches what the published grammar of the language refuses. Lets through what parses and could not run.

    The grammar of shells is an approximation, so where it refuses, bash is asked too, to parse and not to run.
    """

    rules = (SYNTAX,)
    languages = frozenset({Language.RUBY, Language.SHELL, Language.HCL})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        if subject.language is None:
            return
        node = first_error(parse_tree(content, subject.language))
        if node is not None and not (subject.language is Language.SHELL and bash_accepts(content)):
            yield Sighting(SYNTAX, f"{subject.language}: {said_of(node)}", subject.content_region(line_of(node)))
