"""Syntax of Ruby, shell and HCL."""

from __future__ import annotations

import re
from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.languages.shell import shell_problem
from proposals.gate.languages.trees import first_error, line_of, parse_tree, said_of
from proposals.gate.subject import Subject

SYNTAX = Rule(
    "syntax/grammar",
    Level.ERROR,
    Effect.UNUSABLE,
    "The grammar of the language refuses the file",
    "Correct the line and submit again.",
)

_OTHER_SHELL = re.compile(r"#![^\n]*\b(?:zsh|fish|csh|tcsh|pwsh|node|python[\d.]*|perl)\b")


@register
class GrammarSyntax(FileAnalyzer):
    """Catches what the published grammar of the language refuses; for shell scripts, what bash does.

    Lets through what parses and could not run, and scripts for a shell that is not like bash.
    """

    rules = (SYNTAX,)
    languages = frozenset({Language.RUBY, Language.SHELL, Language.HCL})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        if subject.language is Language.SHELL:
            problem = None if _OTHER_SHELL.match(content) else shell_problem(content)
            if problem is not None:
                yield Sighting(SYNTAX, f"shell: {problem.message}", subject.content_region(problem.line))
        elif subject.language is not None:
            node = first_error(parse_tree(content, subject.language))
            if node is not None:
                yield Sighting(SYNTAX, f"{subject.language}: {said_of(node)}", subject.content_region(line_of(node)))
