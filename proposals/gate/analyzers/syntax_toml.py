"""TOML syntax."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.subject import Subject

SYNTAX = Rule(
    "syntax/toml",
    Level.ERROR,
    Effect.UNUSABLE,
    "The file is not TOML",
    "Correct the line and submit again.",
)
_LINE = re.compile(r"at line (\d+)")


@register
class TomlSyntax(FileAnalyzer):
    """Catches what TOML 1.0 refuses, keys given twice included. Lets any table through."""

    rules = (SYNTAX,)
    languages = frozenset({Language.TOML})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        try:
            tomllib.loads(content)
        except tomllib.TOMLDecodeError as error:
            line = _LINE.search(str(error))
            yield Sighting(SYNTAX, f"TOML: {error}", subject.content_region(int(line[1]) if line else 1))
        except RecursionError:
            yield Sighting(SYNTAX, "TOML: nested too deeply to read")
