"""Answers the checks of mitigations: one SELECT of one boolean, asked of the target in a read-only transaction."""

from __future__ import annotations

import psycopg
from pglast import ast

from execution.failures import PermanentFailure, TransientFailure
from execution.target.connection import connect
from proposals.checks import CheckRefused, CheckResult, register
from proposals.gate.languages.sql import parse_sql, walk_nodes

_LIMITS = {"statement_timeout": "5s", "lock_timeout": "1s", "idle_in_transaction_session_timeout": "10s"}
_LONGEST = 4_000
# A read-only transaction still lets functions reach outside the database, so only these are called.
_CALLS = {
    "count", "sum", "min", "max", "avg", "bool_and", "bool_or", "every", "coalesce", "abs", "round", "length", "lower",
    "upper", "trim", "btrim", "now", "age", "date_trunc", "to_regclass", "cardinality", "array_length", "greatest",
    "least", "date_part", "extract", "starts_with", "strpos", "substring", "format_type",
}  # fmt: skip


@register
def check_target(statement: str) -> CheckResult:
    """Whether the target answers with true. Raises CheckRefused for anything but one harmless SELECT."""
    ensure_harmless(statement)
    try:
        with connect() as connection:
            connection.read_only = True
            for name, value in _LIMITS.items():
                connection.execute("SELECT set_config(%s, %s, true)", [name, value])
            rows = connection.execute(statement.encode()).fetchmany(2)
            connection.rollback()
    except (PermanentFailure, TransientFailure) as failure:
        raise CheckRefused(str(failure)) from failure
    except psycopg.Error as error:
        said = (error.diag.message_primary or type(error).__name__).splitlines()[0]
        return CheckResult(passed=False, detail=f"The check failed: {said}.")
    return _result(rows)


def ensure_harmless(statement: str) -> None:
    """Raise CheckRefused unless the text is one SELECT that writes, locks and calls nothing but plain functions."""
    parsed = parse_sql(statement) if len(statement) <= _LONGEST else None
    if parsed is None:
        raise CheckRefused(f"a check has at most {_LONGEST} characters")
    if parsed.error:
        raise CheckRefused(f"the check does not parse: {parsed.error} (line {parsed.error_line})")
    if len(parsed.statements) != 1 or not isinstance(parsed.statements[0].node, ast.SelectStmt):
        raise CheckRefused("a check is one SELECT and nothing else")
    for node in walk_nodes(parsed.statements[0].node):
        if why := _why_harmful(node):
            raise CheckRefused(f"a check {why}")


def _why_harmful(node: ast.Node) -> str:
    match node:
        case ast.SelectStmt() if node.intoClause:
            return "creates no table: leave INTO out"
        case ast.LockingClause():
            return "locks nothing: leave FOR UPDATE out"
        case ast.InsertStmt() | ast.UpdateStmt() | ast.DeleteStmt() | ast.MergeStmt():
            return "changes no row"
        case ast.FuncCall():
            names = [str(part.sval).lower() for part in node.funcname or ()]
            if names[-1] not in _CALLS or names[:-1] not in ([], ["pg_catalog"]):
                return f"may not call {'.'.join(names)}()"
    return ""


def _result(rows: list[tuple[object, ...]]) -> CheckResult:
    if len(rows) != 1 or len(rows[0]) != 1 or not isinstance(rows[0][0], bool):
        return CheckResult(passed=False, detail="The check answered with something else than one boolean.")
    return CheckResult(rows[0][0], f"The target answered {'true' if rows[0][0] else 'false'}.")
