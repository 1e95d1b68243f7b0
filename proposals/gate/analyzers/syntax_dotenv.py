"""Syntax of .env files."""

from __future__ import annotations

import re
from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.subject import Subject

SYNTAX = Rule(
    "syntax/dotenv",
    Level.ERROR,
    Effect.UNUSABLE,
    "A line is no assignment",
    "Write NAME=value, one to a line; comments begin with #.",
)
_LINE = re.compile(r"^\s*(?:#.*|(?:export\s+)?[A-Za-z_][A-Za-z0-9_.]*\s*=.*)?$")
_OPENS = re.compile(r"^[^=]*=\s*(?P<quote>[\"'])(?:(?!(?P=quote)).)*$")


@register
class DotenvSyntax(FileAnalyzer):
    """Catches lines that no reader of .env files takes. Lets values in quotes span lines."""

    rules = (SYNTAX,)
    languages = frozenset({Language.DOTENV})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        quote = ""
        for number, line in enumerate(content.split("\n"), 1):
            if quote:
                quote = "" if quote in line else quote
                continue
            if not _LINE.match(line):
                yield Sighting(SYNTAX, f"The line assigns nothing: {line[:60]!r}", subject.content_region(number))
                return
            opens = _OPENS.match(line)
            quote = opens["quote"] if opens else ""
