"""Content of another language than its name says."""

from __future__ import annotations

import re
from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.classifier import PROSE, likeness_of
from proposals.gate.languages.identity import Language, language_of_path
from proposals.gate.languages.javascript import refusal_of
from proposals.gate.languages.sql import parse_sql
from proposals.gate.subject import Subject

OTHER = Rule(
    "identity/other-language",
    Level.ERROR,
    Effect.UNUSABLE,
    "The content is another language than its name says",
    "Give the file the name that its content needs.",
)
PROSE_FILE = Rule(
    "identity/prose",
    Level.ERROR,
    Effect.UNUSABLE,
    "The content is an essay, not code",
    "Send the code itself; put the explanation into a plan.",
)
_SURE = 0.8
_SHORTEST = 80
_JAVASCRIPTS = {Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX}
_MARKUPS = {Language.HTML, Language.VUE, Language.XML, Language.JAVASCRIPT}
_MAY_LOOK_LIKE: dict[Language, set[Language]] = {
    **dict.fromkeys(_JAVASCRIPTS, _JAVASCRIPTS),
    Language.YAML: {Language.YAML, Language.JSON},
    Language.HTML: _MARKUPS - {Language.JAVASCRIPT},
    Language.XML: _MARKUPS - {Language.JAVASCRIPT},
    Language.VUE: _MARKUPS,
    Language.DOTENV: {Language.SHELL, Language.TOML, Language.YAML},
    Language.SHELL: {Language.SHELL, Language.DOCKERFILE},
}
# What a classifier takes for text or knows under many names.
_NOT_ASKED = {None, Language.GROOVY, Language.BRACKETED}
# A heading, list, quote, fence, table or link: what has one is Markdown, whatever it is about.
_MARKDOWN = re.compile(
    r"^\s{0,3}(?:#{1,6}\s|[-*+]\s|\d+[.)]\s|>\s|```|~~~|\|.*\|)|\[[^\]\n]+\]\(|^[=-]{3,}\s*$", re.MULTILINE
)
_NAMED_PATH = re.compile(
    r"^\W*(?:(?:file|path|filename)\s*[:=]\s*)?(?P<path>(?:[\w.-]+/)*[\w.-]+\.\w{1,8})\b", re.IGNORECASE
)
_FIRST_LINES = 4


@register
class Identity(FileAnalyzer):
    """Catches files that a classifier, sure of itself, takes for another language or for prose.

    When one of the first lines names a path of that language, the finding says so: proposed again under that name,
    the content may be usable. Lets through what looks like a sister language, short texts, what the model is unsure
    of, and SQL and JavaScript that parse; the parsers judge those.
    """

    rules = (OTHER, PROSE_FILE)

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        language = subject.language
        if language in _NOT_ASKED or language is None or len(content.strip()) < _SHORTEST:
            return
        if (language is Language.MARKDOWN and _MARKDOWN.search(content)) or _is_proven(language, content):
            return
        likeness = likeness_of(content)
        looks_like = likeness.looks_like
        if likeness.score < _SURE or not looks_like or looks_like in _MAY_LOOK_LIKE.get(language, {language}):
            return
        region = subject.content_region(1, len(subject.content_lines))
        if looks_like == PROSE:
            if language not in {Language.DOTENV, Language.MARKDOWN}:
                yield Sighting(PROSE_FILE, f"The content reads as prose, and its name says {language}", region)
            return
        named = _named_path(subject, str(looks_like))
        remedy = f"Its first lines name {named}: propose it under that name." if named else ""
        yield Sighting(OTHER, f"The content is {looks_like}, and its name says {language}", region, remedy)


def _is_proven(language: Language, content: str) -> bool:
    """Whether a grammar that takes no prose and no other language takes it: then nobody has to guess."""
    if language is Language.SQL:
        parsed = parse_sql(content)
        return not parsed.error and bool(parsed.statements)
    if language is Language.JAVASCRIPT:
        return "```" not in content and refusal_of(content) is None  # a fence reads as a template of one
    return False


def _named_path(subject: Subject, looks_like: str) -> str:
    for line in subject.content_lines[:_FIRST_LINES]:
        match = _NAMED_PATH.match(line[:300])
        if match and language_of_path(match["path"]) == looks_like:
            return match["path"][:120]
    return ""
