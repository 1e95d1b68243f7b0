"""Transactions that never end, and statements that no transaction may hold."""

from __future__ import annotations

from collections.abc import Iterable

from pglast import ast, enums

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Region, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.languages.sql import Statement, parse_sql
from proposals.gate.subject import Subject

OPEN = Rule(
    "sql/open-transaction",
    Level.ERROR,
    Effect.UNUSABLE,
    "The transaction is never committed",
    "End the file with COMMIT, or leave BEGIN out: the gate's own transaction is enough.",
)
UNDONE = Rule(
    "sql/rolled-back",
    Level.ERROR,
    Effect.UNUSABLE,
    "The transaction is rolled back",
    "End the file with COMMIT if the change is meant.",
)
OUTSIDE = Rule(
    "sql/outside-transaction",
    Level.ERROR,
    Effect.UNUSABLE,
    "The statement cannot run inside a transaction",
    "Leave it out: databases and tablespaces are made by whoever runs the server.",
)
_KIND = enums.TransactionStmtKind
_OPENS = {_KIND.TRANS_STMT_BEGIN, _KIND.TRANS_STMT_START}
_CLOSES = {_KIND.TRANS_STMT_COMMIT, _KIND.TRANS_STMT_PREPARE}
_NEVER_INSIDE = (
    ast.CreatedbStmt,
    ast.DropdbStmt,
    ast.CreateTableSpaceStmt,
    ast.DropTableSpaceStmt,
    ast.AlterSystemStmt,
    ast.VacuumStmt,
)


@register
class SqlTransaction(FileAnalyzer):
    """Catches BEGIN without COMMIT, which has no effect at all, and CREATE DATABASE and its like.

    Lets savepoints and COMMIT without BEGIN through, and CREATE INDEX CONCURRENTLY, which a person may run by hand.
    """

    rules = (OPEN, UNDONE, OUTSIDE)
    languages = frozenset({Language.SQL})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        statements = parse_sql(content).statements
        for statement in statements:
            node = statement.node
            if isinstance(node, _NEVER_INSIDE) and getattr(node, "is_vacuumcmd", True):
                yield Sighting(OUTSIDE, f"{_word(node)} cannot run inside a transaction", _at(subject, statement))
        yield from _endings(subject, statements)


def _endings(subject: Subject, statements: tuple[Statement, ...]) -> Iterable[Sighting]:
    opened: Statement | None = None
    for statement in statements:
        if not isinstance(statement.node, ast.TransactionStmt):
            continue
        kind = statement.node.kind
        if kind in _OPENS:
            opened = statement
        elif kind in _CLOSES:
            opened = None
        elif kind == _KIND.TRANS_STMT_ROLLBACK and opened:
            yield Sighting(UNDONE, "What BEGIN opens here, ROLLBACK undoes", _at(subject, opened))
            opened = None
    if opened:
        yield Sighting(OPEN, "What BEGIN opens here is never committed", _at(subject, opened))


def _at(subject: Subject, statement: Statement) -> Region:
    return subject.content_region(statement.start_line, statement.end_line)


def _word(node: ast.Node) -> str:
    names = {
        ast.CreatedbStmt: "CREATE DATABASE",
        ast.DropdbStmt: "DROP DATABASE",
        ast.AlterSystemStmt: "ALTER SYSTEM",
        ast.VacuumStmt: "VACUUM",
    }
    return names.get(type(node), "This statement")
