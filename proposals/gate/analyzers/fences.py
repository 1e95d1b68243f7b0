"""Markdown fences and file markers inside a file."""

from __future__ import annotations

import re
from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language, language_of_path
from proposals.gate.subject import Subject

FENCE = Rule(
    "content/fence",
    Level.ERROR,
    Effect.UNUSABLE,
    "A Markdown fence stands in the file",
    "Send the file's own text, without the fence around it and without the words before and after it.",
)
MARKER = Rule(
    "content/file-marker",
    Level.ERROR,
    Effect.UNUSABLE,
    "A marker of another file stands in the file",
    "Send one file a proposal, without markers.",
)
MARKER_IN_COMMENT = Rule(
    "content/file-marker-in-comment",
    Level.WARNING,
    Effect.REVIEW,
    "A comment holds the marker of a file",
    "Take the marker out, and check that nothing of another file follows it.",
)
CONFLICT = Rule(
    "content/conflict-marker",
    Level.ERROR,
    Effect.UNUSABLE,
    "The mark of an unfinished merge stands in the file",
    "Decide for one of the two sides, and take the marks out.",
)
_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?: \S|$)")
_FENCE = re.compile(r"^\s{0,3}(?:`{3,}|~{3,})[\w+#.-]*\s*$")
# `a === file.b` compares: a bare sign behind an operand, or a blank before a sign that ends the line, marks nothing.
_MARKER = re.compile(
    r"(?:={3,}|-{3,}|#{3,}|<{3,})[ \t]*(?:begin|end|start|end[ \t]+of)[ \t]*(?:\w+[ \t]+){0,3}file\b"
    r"|(?:(?<![\w)\]'\"][ \t])(?<![\w)\]'\"=])={3,}|-{3,}|#{3,}|<{3,})[ \t]*(?:\w+[ \t]+){0,3}file\b"
    r"|\b(?:end[ _]?)?file(?:name|path)?\b[ \t]*:?[^\n=]{0,160}(?<![ \t=])={3,}[ \t]*$"
    r"|(?-i:\bFILE:)[^\n=]{0,160}={3,}[ \t]*$"
    r"|\bend[ _]?(?:of[ _])?file[ \t]*={3,}",
    re.IGNORECASE,
)
# A bare line of a path between signs: `=== routes/api.js ===`, `**server/index.js**`. In a comment it is a headline.
_PATH_MARK = re.compile(
    r"^\s{0,8}(?:(?P<mark>={3,}|-{3,}|#{3,}|\*{2,})|[<>]{3,})[ \t]*"
    r"(?P<path>(?:[\w.-]{1,60}/){0,9}[\w.-]{1,60}\.[a-z]\w{0,7})"
    r"[ \t]*(?:(?(mark)(?:(?P=mark)\W*)?|[<>]{3,}\W*))$"
)
_CODE_SPAN = re.compile(r"`[^`]*`")
_COMMENT = re.compile(r"^\s*(?://|#|/\*|\*(?!\*)|<!--|;|%)")
_SQL_COMMENT = re.compile(r"^\s*(?:--|/\*|\*(?!\*))")
# A language whose strings or block scalars may hold a fence; for these only a fence around the whole file counts.
_QUOTES_FENCES = {Language.PYTHON, Language.YAML, Language.RUBY, Language.TOML, Language.GROOVY}


@register
class Fences(FileAnalyzer):
    """Catches a fence around or inside a file, which a JavaScript engine may even compile, and `===FILE===` markers,
    and the marks of a merge.

    Lets fences through in Markdown, and in strings of languages that have long ones. A marker in a comment is for
    a person to see.
    """

    rules = (FENCE, MARKER, MARKER_IN_COMMENT, CONFLICT)

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        is_markdown = subject.language is Language.MARKDOWN
        if not is_markdown:
            yield from _fences(subject)
            yield from _conflicts(subject)
        comment = _SQL_COMMENT if subject.language is Language.SQL else _COMMENT
        for number, line in enumerate(subject.content_lines, 1):
            text = _CODE_SPAN.sub("", line) if is_markdown else line
            is_comment = bool(comment.match(line))
            is_path = not is_markdown and not is_comment and _marks_path(line)
            if len(line) < 2_000 and (is_path or _MARKER.search(text)):
                rule = MARKER_IN_COMMENT if is_comment else MARKER
                yield Sighting(rule, f"The line marks a file: {line.strip()[:60]!r}", subject.content_region(number))


def _marks_path(line: str) -> bool:
    match = _PATH_MARK.match(line[:500])
    return match is not None and language_of_path(match["path"]) is not None


def _conflicts(subject: Subject) -> Iterable[Sighting]:
    for number, line in enumerate(subject.content_lines, 1):
        if _CONFLICT.match(line):
            yield Sighting(CONFLICT, f"A merge was not finished: {line[:40]!r}", subject.content_region(number))


def _fences(subject: Subject) -> Iterable[Sighting]:
    first = next((number for number, line in enumerate(subject.content_lines, 1) if line.strip()), 0)
    for number, line in enumerate(subject.content_lines, 1):
        if _FENCE.match(line) and (number == first or subject.language not in _QUOTES_FENCES):
            yield Sighting(FENCE, f"A fence stands in the file: {line.strip()[:30]!r}", subject.content_region(number))
