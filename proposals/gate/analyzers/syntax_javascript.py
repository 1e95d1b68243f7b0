"""JavaScript and TypeScript syntax."""

from __future__ import annotations

from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.languages.javascript import Refusal, refusal_of
from proposals.gate.languages.trees import first_error, line_of, parse_tree, said_of
from proposals.gate.subject import Subject

SYNTAX = Rule(
    "syntax/javascript",
    Level.ERROR,
    Effect.UNUSABLE,
    "No JavaScript engine can load the file",
    "Correct the line and submit again.",
)
TYPESCRIPT = Rule(
    "syntax/typescript",
    Level.ERROR,
    Effect.UNUSABLE,
    "The TypeScript grammar refuses the file",
    "Correct the line and submit again.",
)


@register
class JavaScriptSyntax(FileAnalyzer):
    """Catches what neither a script, a CommonJS module nor an ES module may say; JSX and TypeScript by their grammar.

    A real engine compiles the file and never runs it. Lets through JSX in .js files, which a bundler compiles.
    """

    rules = (SYNTAX, TYPESCRIPT)
    languages = frozenset({Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        if subject.language is Language.JAVASCRIPT:
            refusal = refusal_of(content)
            if refusal:
                yield Sighting(SYNTAX, f"JavaScript: {refusal.reason}", subject.content_region(refusal.line))
            return
        refusal = _by_grammar(content, subject.language or Language.TYPESCRIPT)
        if refusal:
            yield Sighting(TYPESCRIPT, f"TypeScript: {refusal.reason}", subject.content_region(refusal.line))


def _by_grammar(content: str, language: Language) -> Refusal | None:
    node = first_error(parse_tree(content, language))
    if node is None:
        return None
    return Refusal(said_of(node), line_of(node))
