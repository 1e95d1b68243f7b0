"""Running a change, and undoing it, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psycopg

from execution.failures import PermanentFailure, RollbackRefused
from execution.target.catalog import Catalog
from execution.target.connection import Connection, explained
from execution.target.reverse import Step, plan_for
from execution.target.statements import Statement


@dataclass(frozen=True, slots=True)
class Applied:
    """``steps`` undo the change from the last to the first. ``notes`` tell of statements that had nothing to do."""

    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    ran: int


def apply_statements(connection: Connection, statements: Iterable[Statement]) -> Applied:
    """Run the statements in order. Raises PermanentFailure, TransientFailure; the caller's transaction then ends."""
    catalog = Catalog(connection)
    steps: list[Step] = []
    notes: list[str] = []
    ran = 0
    for statement in statements:
        with explained(f"the target refused {statement}"):
            plan = plan_for(catalog, statement)
            made = tuple(plan.after(_run(connection, plan.run))) if plan.run else ()
        if plan.note or not made:
            notes.append(plan.note or f"nothing to take back: {statement}")
        ran += plan.run is not None
        steps += made
    return Applied(tuple(steps), tuple(notes), ran)


def undo_steps(connection: Connection, steps: Sequence[Step]) -> None:
    """Run the steps from the last to the first. Raises RollbackRefused when that would destroy what came after.

    Raises TransientFailure when something was in the way. The caller's transaction then ends, nothing is changed.
    """
    for step in reversed(steps):
        try:
            with explained(f"undoing by {step.sql[:200]}"):
                _undo(connection, step)
        except PermanentFailure as error:
            raise RollbackRefused(f"{error}; nothing was changed") from error


def _undo(connection: Connection, step: Step) -> None:
    if step.guard:
        more = Catalog(connection).count(step.guard.sql) - step.guard.expected
        if more:
            raise RollbackRefused(f"{step.guard.says.format(more)}; nothing was changed")
    cursor = connection.execute(step.sql.encode(), binary=True)
    if step.affects is not None and cursor.rowcount != step.affects:
        changed = step.affects - cursor.rowcount
        raise RollbackRefused(
            f"{changed} of the {step.affects} rows that the change inserted were changed or deleted since;"
            " nothing was changed"
        )


def _run(connection: Connection, text: str) -> list[tuple[object, ...]]:
    """Run one statement. Binary results take the extended protocol, where the server itself refuses a second one."""
    cursor: psycopg.Cursor[tuple[object, ...]] = connection.execute(text.encode(), binary=True)
    return cursor.fetchall() if cursor.description else []
