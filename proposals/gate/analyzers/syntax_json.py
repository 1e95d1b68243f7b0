"""JSON syntax."""

from __future__ import annotations

import json
from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.subject import Subject

SYNTAX = Rule(
    "syntax/json",
    Level.ERROR,
    Effect.UNUSABLE,
    "The file is not JSON",
    "Write one JSON value (RFC 8259): double quotes, no comments, no trailing commas.",
)


@register
class JsonSyntax(FileAnalyzer):
    """Catches what RFC 8259 refuses, NaN included, and nesting too deep to read. Lets any value through."""

    rules = (SYNTAX,)
    languages = frozenset({Language.JSON})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        try:
            json.loads(content, parse_constant=_refuse, parse_int=str)
        except json.JSONDecodeError as error:
            yield Sighting(SYNTAX, f"JSON: {error.msg}", subject.content_region(error.lineno))
        except ValueError as error:
            yield Sighting(SYNTAX, f"JSON: {error}")
        except RecursionError:
            yield Sighting(SYNTAX, "JSON: nested too deeply to read")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON value")
