"""SQL tried in an empty database: what PostgreSQL itself refuses, with its own words and the line.

Nobody approved the SQL, so it runs as a role that is no superuser, in a database that holds nothing, under short
limits, in a transaction that is always rolled back, and only as far as nothing of its own code would be called.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from pglast import ast
from psycopg import errors, sql

from execution.failures import PermanentFailure
from execution.target.connection import (
    Connection,
    changing_explained,
    connect,
    explained,
    rehearsal_database,
    rehearsal_url,
)
from execution.target.statements import Statement
from proposals.gate.languages.sql import walk_nodes

SECONDS = 5.0
"""For all statements together; what takes longer is not judged here."""
_HOLDS = """
SELECT EXISTS (
  SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast'
) OR EXISTS (
  SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
)
"""
_ON_ROWS = (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt, ast.TruncateStmt, ast.SelectStmt)
_RUN = (
    *_ON_ROWS, ast.CreateStmt, ast.CreateTableAsStmt, ast.IndexStmt, ast.ViewStmt, ast.CreateSchemaStmt,
    ast.CreateSeqStmt, ast.AlterSeqStmt, ast.CreateEnumStmt, ast.AlterEnumStmt, ast.CompositeTypeStmt,
    ast.CreateRangeStmt, ast.CreateDomainStmt, ast.AlterTableStmt, ast.RenameStmt, ast.CommentStmt, ast.DropStmt,
    ast.CreateFunctionStmt, ast.CreateTrigStmt,
)  # fmt: skip
# They need what an empty server may lack, and nothing after them shows that they were left out but by its absence.
_PASSED_OVER = (ast.CreateExtensionStmt, ast.GrantStmt, ast.GrantRoleStmt, ast.AlterOwnerStmt)
# What no other database would take either. Not here: everything that is absent and could be there elsewhere.
_REFUSALS = frozenset({
    "0A000", "21000", "2BP01", "42601", "42611", "42622", "42701", "42702", "42703", "42710", "42712", "42723", "42725",
    "42803", "42804", "42809", "42830", "42846", "428C9", "42939", "42P06", "42P07", "42P08", "42P10", "42P13", "42P16",
    "42P17", "42P18", "42P19", "42P20", "42P21", "42P22", "44000", "54011",
})  # fmt: skip
_REFUSED_CLASSES = ("22", "23")
_SETTINGS_DIFFER = "22023"
_OPERATOR = "operator does not exist"


@dataclass(frozen=True, slots=True)
class Refusal:
    """PostgreSQL's own sentence, and the 1-based line of the text."""

    message: str
    line: int


@contextmanager
def empty_database() -> Iterator[Connection]:
    """A connection to the empty database where rehearsals are made; it is made the first time.

    Raises PermanentFailure and TransientFailure when there is none to be had.
    """
    with connect(rehearsal_url(), autocommit=True) as connection, explained("the empty database could not be made"):
        name = _name_for(connection.info.user)
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
            _make(connection, name)
    with connect(rehearsal_database(name)) as connection:
        yield connection


def refusal_in(connection: Connection, statements: Sequence[Statement]) -> Refusal | None:
    """The first statement that PostgreSQL refuses, whatever else a database may hold; None when it refuses none.

    None also from the first statement on that needs what is not there. Nothing is kept. Raises PermanentFailure when
    the database is not empty, TransientFailure when it is busy.
    """
    ends = time.monotonic() + SECONDS
    with changing_explained(connection), connection.transaction(force_rollback=True):
        found = connection.execute(_HOLDS).fetchone()
        if found is None or found[0]:
            raise PermanentFailure(f"{connection.info.dbname} is not empty: drop it, or name another database")
        for statement in _runnable(statements):
            left = int((ends - time.monotonic()) * 1000)
            if left <= 0:
                return None
            connection.execute("SELECT set_config('statement_timeout', %s, true)", [f"{left}ms"])
            try:
                connection.execute(statement.text.encode(), binary=True)
            except psycopg.Error as error:
                return _refusal(statement, error)
    return None


def _name_for(role: str) -> str:
    """One for each role: nobody else may connect to it. Two installations may share a server."""
    return f"fsarsite_empty_{hashlib.sha256(role.encode()).hexdigest()[:16]}"


def _make(connection: Connection, name: str) -> None:
    database = sql.Identifier(name)
    try:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(database))
    except (errors.DuplicateDatabase, errors.UniqueViolation):
        return  # another process was faster
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))


def _runnable(statements: Iterable[Statement]) -> Iterator[Statement]:
    """The statements up to the first that would call code of their own, or that is of a kind not run here."""
    own: set[str] = set()
    has_triggers = False
    for statement in statements:
        node = statement.node
        if isinstance(node, _PASSED_OVER):
            continue
        is_on_rows = isinstance(node, _ON_ROWS)
        if not isinstance(node, _RUN) or (is_on_rows and has_triggers) or own & set(_called(node)):
            return
        if isinstance(node, ast.CreateFunctionStmt):
            own.update(_names(node.funcname)[-1:])
        has_triggers = has_triggers or isinstance(node, ast.CreateTrigStmt)
        yield statement


def _called(node: ast.Node) -> Iterator[str]:
    for each in walk_nodes(node):
        if isinstance(each, ast.FuncCall):
            yield from _names(each.funcname)[-1:]


def _names(parts: Iterable[ast.Node] | None) -> list[str]:
    return [str(part.sval).lower() for part in parts or () if isinstance(part, ast.String)]


def _refusal(statement: Statement, error: psycopg.Error) -> Refusal | None:
    primary = (error.diag.message_primary or "").strip()
    if not primary or not _is_refusal(error.sqlstate or "", primary):
        return None
    position = int(error.diag.statement_position or 1)
    detail = f" ({error.diag.message_detail})" if error.diag.message_detail else ""
    line = statement.line + statement.text.count("\n", 0, max(position - 1, 0))
    return Refusal(f"PostgreSQL: {primary}{detail}", line)


def _is_refusal(state: str, primary: str) -> bool:
    if state == "42883":  # a function may be there elsewhere; an operator of built-in types is not
        return primary.startswith(_OPERATOR)
    return state in _REFUSALS or (state.startswith(_REFUSED_CLASSES) and state != _SETTINGS_DIFFER)
