"""SQL in the fences of a plan."""

from __future__ import annotations

from collections.abc import Iterable

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import Effect, Level, Raises, Rule, Sighting
from proposals.gate.languages.sql import SqlText, parse_sql, sql_texts
from proposals.gate.languages.sql_effects import changes_of
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject

ALTERS = Rule(
    "plan-sql/alters",
    Level.WARNING,
    Effect.REVIEW,
    "SQL of the plan would change a database",
    "Check the statement and its reverse; it is rehearsed on a copy before it runs.",
    Raises(damage=3),
)
UNPARSABLE = Rule(
    "plan-sql/syntax",
    Level.WARNING,
    Effect.REVIEW,
    "SQL of the plan does not parse",
    "Correct the statement, or write it as words if it is not meant to run.",
)


@register
class PlanSql(Analyzer):
    """Says what each SQL fence of a plan would alter. Lets SELECTs through, and fences of other languages."""

    rules = (ALTERS, UNPARSABLE)

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        if subject.is_plan:
            for text in sql_texts(subject, rules):
                yield from self._fence(subject, text)

    def _fence(self, subject: Subject, text: SqlText) -> Iterable[Sighting]:
        parsed = parse_sql(text.text)
        if parsed.error:
            region = subject.report_region(text.first_line + parsed.error_line - 1)
            yield Sighting(UNPARSABLE, f"SQL of the plan: {parsed.error}", region)
        for statement in parsed.statements:
            for change in changes_of((statement,)):
                region = subject.report_region(
                    text.first_line + statement.start_line - 1,
                    text.first_line + statement.end_line - 1,
                )
                yield Sighting(ALTERS, f"SQL of the plan would {change.does}", region)
