"""The SQL in the fences of a plan that would change a database."""

from __future__ import annotations

from dataclasses import dataclass

from pglast import ast

from proposals.gate import Rules
from proposals.gate.languages.fences import fences_in
from proposals.gate.languages.sql import parse_sql, sql_texts
from proposals.gate.subject import Subject
from proposals.reports import Report

_SQL_LABELS = frozenset({"", "sql", "postgres", "postgresql", "pgsql", "psql"})


@dataclass(frozen=True, slots=True)
class SqlFence:
    """SQL that changes something. Lines are 1-based, of the report's proposal. ``error`` says why it does not parse."""

    text: str
    start_line: int
    end_line: int
    error: str = ""


def sql_fences(report: Report, rules: Rules) -> tuple[SqlFence, ...]:
    """The fences to run, in order, under the rules that judged them.

    Only text that the gate judged as SQL counts: nothing unseen is ever run. Fences of another language, those that
    never close and those that only read are left out.
    """
    subject = Subject.of(report)
    ends = {
        fence.start_line + 1: fence.end_line - 1
        for fence in fences_in(subject.report_lines)
        if fence.is_closed and fence.label in _SQL_LABELS
    }
    found = (
        _sql_fence(judged.text, judged.first_line, ends[judged.first_line])
        for judged in sql_texts(subject, rules)
        if judged.first_line in ends
    )
    return tuple(fence for fence in found if fence)


def _sql_fence(text: str, start_line: int, end_line: int) -> SqlFence | None:
    parsed = parse_sql(text)
    if "\x00" in text:
        return SqlFence(text, start_line, end_line, error="it holds a NUL")
    if parsed.error:
        return SqlFence(text, start_line, end_line, error=f"{parsed.error} (line {start_line + parsed.error_line - 1})")
    changes = any(not isinstance(statement.node, ast.SelectStmt) for statement in parsed.statements)
    return SqlFence(text, start_line, end_line) if changes else None
