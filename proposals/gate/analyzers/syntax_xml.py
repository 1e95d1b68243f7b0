"""XML syntax."""

from __future__ import annotations

from collections.abc import Iterable
from xml.parsers import expat

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.subject import Subject

SYNTAX = Rule(
    "syntax/xml",
    Level.ERROR,
    Effect.UNUSABLE,
    "The file is not well-formed XML",
    "Correct the element and submit again.",
)
ENTITY = Rule(
    "syntax/xml-entity",
    Level.ERROR,
    Effect.UNUSABLE,
    "The file declares entities",
    "Write the text out: entities can expand without end or read other files.",
)


class _Declared(Exception):
    """An entity is declared."""


@register
class XmlSyntax(FileAnalyzer):
    """Catches what is not well-formed, and every entity declaration. Resolves nothing from outside."""

    rules = (SYNTAX, ENTITY)
    languages = frozenset({Language.XML})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        parser = expat.ParserCreate()
        parser.EntityDeclHandler = _refuse
        try:
            parser.Parse(content.encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            region = subject.content_region(error.lineno)
            yield Sighting(SYNTAX, f"XML: {expat.errors.messages[error.code]}", region)
        except _Declared:
            yield Sighting(ENTITY, "XML: an entity is declared", subject.content_region(parser.CurrentLineNumber))


def _refuse(*_args: object) -> None:
    raise _Declared
