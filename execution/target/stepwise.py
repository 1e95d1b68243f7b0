"""Indexes made and dropped CONCURRENTLY: outside any transaction, one statement at a time, each with its own undo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pglast import ast

from execution.failures import PermanentFailure, RollbackRefused
from execution.target import ledger
from execution.target.catalog import Catalog, Relation
from execution.target.change import Applied
from execution.target.connection import LOCK, READING, Connection, explained, identifier, take_lock
from execution.target.reverse import Step
from execution.target.statements import Statement, is_concurrent

Node = Any
LIMITS = {"lock_timeout": "60s", "statement_timeout": "240s", "idle_session_timeout": "300s"}
"""Longer than those of a transaction: it waits for others without being in their way."""
LOCK_SECONDS = 60.0
_IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = %s"


def is_stepwise(statements: Sequence[Statement]) -> bool:
    """Whether the change runs outside of a transaction."""
    return all(is_concurrent(statement.node) for statement in statements)


@contextmanager
def changing_stepwise(connection: Connection) -> Iterator[None]:
    """Alone on this database under the limits, without a transaction; ``connection`` commits by itself."""
    with explained("the target could not be changed"):
        for name, value in (LIMITS | READING).items():
            connection.execute("SELECT set_config(%s, %s, false)", [name, value])
        take_lock(connection, f"SELECT pg_try_advisory_lock({LOCK})", seconds=LOCK_SECONDS)
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def apply_stepwise(connection: Connection, key: UUID, statements: Sequence[Statement]) -> Applied:
    """Run the statements in order; what a killed worker began under the same key is finished, not done again.

    Raises PermanentFailure and TransientFailure, after undoing what ran before.
    """
    ledger.ensure_ledger(connection)
    ledger.ensure_steps(connection)
    steps: list[Step] = []
    notes: list[str] = []
    for number, statement in enumerate(statements):
        try:
            with explained(f"the target refused {statement}"):
                step = _run_step(connection, key, number, statement)
        except Exception:
            undo_stepwise(connection, steps)
            raise
        if step:
            steps.append(step)
        else:
            notes.append(f"already satisfied: {statement}")
    return Applied(tuple(steps), tuple(notes), len(steps))


def undo_stepwise(connection: Connection, steps: Sequence[Step]) -> None:
    """Run the steps from the last to the first; what is undone already stays so. Raises RollbackRefused."""
    for step in reversed(steps):
        try:
            with explained(f"undoing by {step.sql[:200]}"):
                connection.execute(step.sql.encode(), binary=True)
        except PermanentFailure as error:
            raise RollbackRefused(str(error)) from error


@dataclass(frozen=True, slots=True)
class _Turn:
    """One statement of a change, and what undoes it when it was begun before."""

    connection: Connection
    key: UUID
    number: int
    statement: Statement
    begun: str | None

    def begin(self, undo: str) -> None:
        ledger.begin_step(self.connection, self.key, self.number, undo)

    def run(self) -> None:
        self.connection.execute(self.statement.text.encode(), binary=True)


def _run_step(connection: Connection, key: UUID, number: int, statement: Statement) -> Step | None:
    turn = _Turn(connection, key, number, statement, ledger.begun_step(connection, key, number))
    step = _make if isinstance(statement.node, ast.IndexStmt) else _drop
    return step(Catalog(connection), turn)


def _make(catalog: Catalog, turn: _Turn) -> Step | None:
    statement, connection = turn.statement, turn.connection
    node: Node = statement.node
    table = catalog.relation(node.relation)
    if not node.idxname or table is None:
        raise PermanentFailure(f"not run: give the index a name, and a table that exists ({statement})")
    name = identifier(table.schema, node.idxname)
    undo = Step(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    present = _index(catalog, table.schema, node.idxname)
    if present and turn.begun is None:
        if node.if_not_exists and catalog.value(_IS_VALID, present.oid):
            return None
        raise PermanentFailure(f"the target refused {statement}: {name} is there already")
    if present and catalog.value(_IS_VALID, present.oid):
        return undo
    if present:
        connection.execute(undo.sql.encode())
    turn.begin(undo.sql)
    try:
        turn.run()
    except Exception:
        connection.execute(undo.sql.encode())  # an index that failed half-way stays behind, invalid
        raise
    made = _index(catalog, table.schema, node.idxname)
    if made is None or not catalog.value(_IS_VALID, made.oid):
        connection.execute(undo.sql.encode())
        raise PermanentFailure(f"a postcondition failed: after {statement}, the index is not valid")
    return undo


def _drop(catalog: Catalog, turn: _Turn) -> Step | None:
    node: Node = turn.statement.node
    *schema, name = (str(part.sval) for part in node.objects[0])
    index = catalog.relation(ast.RangeVar(schemaname=schema[-1] if schema else None, relname=name))
    if index is None:
        if turn.begun is None and not node.missing_ok:
            turn.run()  # the database says it better
        return Step(turn.begun) if turn.begun else None
    definition = str(catalog.value("SELECT pg_get_indexdef(%s)", index.oid))
    undo = definition.replace("INDEX ", "INDEX CONCURRENTLY IF NOT EXISTS ", 1)
    turn.begin(undo)
    turn.run()
    return Step(undo)


def _index(catalog: Catalog, schema: str, name: str) -> Relation | None:
    return catalog.relation(ast.RangeVar(schemaname=schema, relname=name))
