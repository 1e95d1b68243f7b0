"""What we did to the target, kept in the target, in the transaction that did it: so that it is done once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from execution.target.connection import Connection, explained

_EXISTS = "SELECT to_regclass('fsarsite.applied_changes') IS NOT NULL"
_SCHEMA_EXISTS = "SELECT to_regnamespace('fsarsite') IS NOT NULL"
_MAKE = """
CREATE TABLE IF NOT EXISTS fsarsite.applied_changes (
    task uuid PRIMARY KEY,
    artifact jsonb NOT NULL,
    result jsonb NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    rolled_back_at timestamptz
)
"""
_MAKE_STEPS = """
CREATE TABLE IF NOT EXISTS fsarsite.begun_steps (
    task uuid,
    number integer,
    undo text NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (task, number)
)
"""


def ensure_ledger(connection: Connection) -> None:
    """Make the table, in the caller's transaction, which holds the lock of the target. Idempotent."""
    with explained("the target has no ledger of applied changes and its role may not make one"):
        if not _is_there(connection):
            ensure_schema(connection)
            connection.execute(_MAKE)


def ensure_schema(connection: Connection) -> None:
    """Make the schema of the ledger and of kept rows, in the caller's transaction. Idempotent."""
    found = connection.execute(_SCHEMA_EXISTS).fetchone()
    if not (found and found[0]):
        connection.execute("CREATE SCHEMA fsarsite")


def applied(connection: Connection, task: UUID) -> dict[str, Any] | None:
    """``{"artifact", "result", "is_rolled_back"}`` of a task that was applied, else None."""
    if not _is_there(connection):
        return None
    query = "SELECT artifact, result, rolled_back_at IS NOT NULL FROM fsarsite.applied_changes WHERE task = %s"
    found = connection.execute(query, [task]).fetchone()
    return dict(zip(("artifact", "result", "is_rolled_back"), found, strict=True)) if found else None


def record_applied(connection: Connection, task: UUID, artifact: dict[str, Any], result: dict[str, Any]) -> None:
    """Write that the task's change is in the database, in the transaction that puts it there."""
    query = "INSERT INTO fsarsite.applied_changes (task, artifact, result) VALUES (%s, %s, %s)"
    connection.execute(query, [task, Jsonb(artifact), Jsonb(result)])


def record_rolled_back(connection: Connection, task: UUID) -> None:
    """Write that it is out again, in the transaction that takes it out."""
    connection.execute("UPDATE fsarsite.applied_changes SET rolled_back_at = now() WHERE task = %s", [task])


def _is_there(connection: Connection) -> bool:
    found = connection.execute(_EXISTS).fetchone()
    return bool(found and found[0])


def ensure_steps(connection: Connection) -> None:
    """Make the table of steps that run outside of a transaction. Idempotent."""
    connection.execute(_MAKE_STEPS)


def begin_step(connection: Connection, task: UUID, number: int, undo: str) -> None:
    """Write that a step begins, before it does, and what undoes it. Idempotent."""
    query = "INSERT INTO fsarsite.begun_steps (task, number, undo) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
    connection.execute(query, [task, number, undo])


def begun_step(connection: Connection, task: UUID, number: int) -> str | None:
    """What undoes a step that was begun; None for one that never was."""
    query = "SELECT undo FROM fsarsite.begun_steps WHERE task = %s AND number = %s"
    found = connection.execute(query, [task, number]).fetchone()
    return str(found[0]) if found else None
