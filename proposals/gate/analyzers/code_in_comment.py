"""Code that one comment swallowed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.subject import Subject

SWALLOWED = Rule(
    "content/code-in-comment",
    Level.ERROR,
    Effect.UNUSABLE,
    "A comment swallows the code behind it",
    "Put the code on lines of its own; the line ends were lost.",
)
_SLASHES = {Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX, Language.GROOVY, Language.BRACKETED}
_HASHES = {Language.PYTHON, Language.RUBY, Language.SHELL, Language.YAML}
_SLASH_COMMENT = re.compile(r"(?:^|\s)//(?P<text>.*)$")
_HASH_COMMENT = re.compile(r"(?:^|\s)#(?P<text>.*)$")
_DASH_COMMENT = re.compile(r"(?:^|\s)--(?P<text>.*)$")
_STATEMENTS = re.compile(
    r"\b(?:const|let|var)\s+[\w{}, ]{1,60}=\s*[\w(\[{'\"`]"
    r"|\b[\w$]+(?:\.[\w$]+)+\([^()]{0,120}\)+;"
    r"|\b(?:export|import)\s+[\w{}* ,]{1,80}(?:=|from)\s*['\"$\w]"
    r"|\b(?:def|class)\s+\w+[(:]"
    r"|\bCREATE\s+TABLE\s+[\w. ]+\("
    r"|\bINSERT\s+INTO\s+\w+\s*\("
)
_LEAST = 3


@register
class CodeInComment(FileAnalyzer):
    """Catches a one-line comment that holds three statements or more: its line ends were lost, and so was the code.

    Lets commented-out code through, one statement to a line, and examples in prose.
    """

    rules = (SWALLOWED,)
    languages = frozenset({*_SLASHES, *_HASHES, Language.SQL})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        comment = _SLASH_COMMENT if subject.language in _SLASHES else _HASH_COMMENT
        comment = _DASH_COMMENT if subject.language is Language.SQL else comment
        for number, line in enumerate(subject.content_lines, 1):
            match = comment.search(line[:4_000])
            if match and len(_STATEMENTS.findall(match["text"])) >= _LEAST:
                yield Sighting(SWALLOWED, "The comment holds several statements", subject.content_region(number))
