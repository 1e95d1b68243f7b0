"""CSS syntax."""

from __future__ import annotations

from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.css import css_errors
from proposals.gate.languages.identity import Language
from proposals.gate.subject import Subject

SYNTAX = Rule(
    "syntax/css",
    Level.ERROR,
    Effect.UNUSABLE,
    "A browser would drop part of the file",
    "Correct the rule: a selector, then declarations between braces.",
)
AT_RULE = Rule(
    "syntax/css-at-rule",
    Level.WARNING,
    Effect.REVIEW,
    "Browsers skip an at-rule that they do not know",
    "Say which build tool reads the rule, or write it in CSS.",
)
_SHOWN = 5


@register
class CssSyntax(FileAnalyzer):
    """Catches what CSS Syntax Level 3 calls a parse error, and rules whose selector cannot be one.

    Lets unknown properties, vendor prefixes and nesting through: browsers skip or know them.
    """

    rules = (SYNTAX, AT_RULE)
    languages = frozenset({Language.CSS})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        for problem in css_errors(content)[:_SHOWN]:
            rule = AT_RULE if problem.is_skipped else SYNTAX
            yield Sighting(rule, f"CSS: {problem.message}", subject.content_region(problem.line))
