"""The rehearsal: apply on a scratch copy, undo, compare, apply again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from execution.failures import PermanentFailure, RollbackRefused
from execution.target.change import Applied, apply_statements, undo_steps
from execution.target.connection import Connection, changing, connect, explained
from execution.target.fingerprint import Fingerprint, fingerprint_of, row_sums
from execution.target.scratch import scratch_copy
from execution.target.statements import Statement

_MOST_DIFFERENCES = 5


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal that passed. ``target`` is the target's schema before it: the run starts from that or not at all."""

    target: Fingerprint
    has_rows: bool
    milliseconds: int
    proven_at: datetime

    def to_json(self) -> dict[str, Any]:
        """As it stands in a task's result and its rollback artifact."""
        return {
            "result": "passed",
            "with_rows": self.has_rows,
            "schema_before": self.target.hash,
            "milliseconds": self.milliseconds,
            "proven_at": self.proven_at.isoformat(),
        }


def rehearse(task: UUID, statements: tuple[Statement, ...]) -> Rehearsal:
    """Prove on a copy that the change runs, that its way back leaves nothing behind, and that it then runs again.

    Raises PermanentFailure when any of it fails, TransientFailure when the server does not answer.
    """
    begun = time.monotonic()
    with connect() as target:
        before, path = fingerprint_of(target), target.execute("SHOW search_path").fetchone()
    with scratch_copy(task) as scratch, connect(scratch.conninfo, autocommit=True) as connection:
        connection.execute("SELECT set_config('search_path', %s, false)", path)
        _prove(connection, statements)
        milliseconds = int((time.monotonic() - begun) * 1000)
        return Rehearsal(before, scratch.has_rows, milliseconds, datetime.now(UTC))


def _prove(connection: Connection, statements: tuple[Statement, ...]) -> None:
    before = _looks(connection)
    applied = _apply(connection, statements, "the rehearsal failed")
    try:
        with changing(connection):
            undo_steps(connection, applied.steps)
    except RollbackRefused as error:
        raise PermanentFailure(f"the rehearsal failed: the change could not be undone: {error}") from error
    left = _difference(before, _looks(connection))
    if left:
        raise PermanentFailure(
            f"the rehearsal failed: undoing the change leaves the database different: {'; '.join(left)}"
        )
    _apply(connection, statements, "the rehearsal failed: the change did not run again after it was undone")


def _apply(connection: Connection, statements: tuple[Statement, ...], failed: str) -> Applied:
    try:
        with changing(connection):
            return apply_statements(connection, statements)
    except PermanentFailure as error:
        raise PermanentFailure(f"{failed}: {error}") from error


def _looks(connection: Connection) -> tuple[Fingerprint, dict[str, str]]:
    with explained("the rehearsal could not read the scratch database"), connection.transaction():
        return fingerprint_of(connection), row_sums(connection)


def _difference(before: tuple[Fingerprint, dict[str, str]], after: tuple[Fingerprint, dict[str, str]]) -> list[str]:
    schema = before[0].difference(after[0])
    rows = [f"other rows in {table}" for table in before[1] if before[1][table] != after[1].get(table)]
    return [*schema, *rows][:_MOST_DIFFERENCES]
