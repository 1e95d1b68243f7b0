"""Vue single-file components."""

from __future__ import annotations

import re
from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.css import css_errors
from proposals.gate.languages.identity import Language
from proposals.gate.languages.javascript import refusal_of
from proposals.gate.subject import Subject

SYNTAX = Rule(
    "syntax/vue",
    Level.ERROR,
    Effect.UNUSABLE,
    "The file is no single-file component",
    "Write top-level <template>, <script> and <style> blocks, each closed, and nothing between them.",
)
_BLOCK = re.compile(r"<(template|script|style|i18n|docs)\b([^>]*)>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@register
class VueSyntax(FileAnalyzer):
    """Catches blocks that never close, text between blocks, and scripts or plain styles that do not parse.

    Lets lang="ts" and preprocessors through unread.
    """

    rules = (SYNTAX,)
    languages = frozenset({Language.VUE})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        text = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), content)
        at, seen = 0, 0
        while match := _BLOCK.search(text, at):
            if text[at : match.start()].strip():
                break
            end = text.rfind(f"</{match[1]}>") if match[1] == "template" else text.find(f"</{match[1]}>", match.end())
            if end < 0:
                line = text.count("\n", 0, match.start()) + 1
                yield Sighting(SYNTAX, f"Vue: <{match[1]}> is never closed", subject.content_region(line))
                return
            seen += 1
            first = text.count("\n", 0, match.end())
            for message, line in _problems(match[1], match[2], text[match.end() : end]):
                yield Sighting(SYNTAX, f"Vue: {message}", subject.content_region(first + line))
            at = end + len(match[1]) + 3
        if text[at:].strip() or not seen:
            line = text.count("\n", 0, at) + 1
            yield Sighting(SYNTAX, "Vue: there is text outside the blocks", subject.content_region(line))


def _problems(block: str, attributes: str, text: str) -> Iterable[tuple[str, int]]:
    if "lang=" in attributes or "src=" in attributes:
        return
    refusal = refusal_of(text) if block == "script" else None
    if refusal:
        yield f"the script does not compile: {refusal.reason}", refusal.line
    style_errors = [error for error in css_errors(text) if not error.is_skipped] if block == "style" else []
    for error in style_errors[:1]:
        yield f"the style does not parse: {error.message}", error.line
