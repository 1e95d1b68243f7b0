"""SQL syntax."""

from __future__ import annotations

from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.languages.sql import parse_sql
from proposals.gate.subject import Subject

SYNTAX = Rule(
    "syntax/sql",
    Level.ERROR,
    Effect.UNUSABLE,
    "PostgreSQL cannot parse the file",
    "Correct the statement for PostgreSQL and submit again.",
)


@register
class SqlSyntax(FileAnalyzer):
    """Catches what PostgreSQL's own grammar refuses. Lets through what parses and could not run."""

    rules = (SYNTAX,)
    languages = frozenset({Language.SQL})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        parsed = parse_sql(content)
        if parsed.error:
            yield Sighting(SYNTAX, f"SQL: {parsed.error}", subject.content_region(parsed.error_line))
