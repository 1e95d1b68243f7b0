"""Questions to a database that show whether a claim holds. They are shown to people, never run by the gate."""

from __future__ import annotations


def missing_column_check(table: str, column: str) -> str:
    """SQL that is true while the column is missing; an empty `table` asks of every table."""
    conditions = [f"column_name = {_literal(column)}", *([f"table_name = {_literal(table)}"] if table else [])]
    asked = " AND ".join(conditions)
    return f"SELECT count(*) = 0 FROM information_schema.columns WHERE {asked}"  # noqa: S608  (quoted, and only shown)


def _literal(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
