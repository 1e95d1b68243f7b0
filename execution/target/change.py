"""Running a change, and undoing it, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from execution.failures import PermanentFailure, RollbackRefused
from execution.models import TaskPhase
from execution.services.phases import turn
from execution.target.catalog import Catalog
from execution.target.connection import Connection, explained, identifier
from execution.target.fingerprint import sum_of
from execution.target.postconditions import verify
from execution.target.reverse import Guard, Step, plan_for
from execution.target.statements import Statement

_TRIGGERS = "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal AND tgenabled = 'O'"


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
            made = tuple(plan.after((plan.perform or _run)(connection, plan.run))) if plan.run else ()
            if plan.run:
                with turn(TaskPhase.Name.VERIFY, within=TaskPhase.Name.APPLY):
                    verify(catalog, statement)
        if plan.note or not made:
            notes.append(plan.note or f"nothing to take back: {statement}")
        ran += plan.run is not None
        steps += made
    return Applied(tuple(steps), tuple(notes), ran)


def undo_steps(connection: Connection, steps: Sequence[Step]) -> None:
    """Run the steps from the last to the first. Raises RollbackRefused when that would destroy what came after.

    Raises TransientFailure when something was in the way. The caller's transaction then ends, nothing is changed.
    """
    _ensure_kept(connection, steps)
    for step in reversed(steps):
        try:
            with explained(f"undoing by {step.sql[:200]}"):
                _undo(connection, step)
        except PermanentFailure as error:
            raise RollbackRefused(f"{error}; nothing was changed") from error


def prove_restore(connection: Connection, applied: Applied) -> None:
    """Restore what was kept, on the rows that the change just touched, and take that back again.

    In the caller's transaction, before its commit. Raises PermanentFailure when it does not restore, TransientFailure.
    """
    if not any(step.kept for step in applied.steps):
        return
    try:
        with connection.transaction(force_rollback=True):
            undo_steps(connection, applied.steps)
    except RollbackRefused as error:
        raise PermanentFailure(f"what was kept would not restore the target: {error}") from error


def _ensure_kept(connection: Connection, steps: Sequence[Step]) -> None:
    """What was kept must be what it was: it is all that there is to go back to."""
    for prior in (step.kept for step in steps if step.kept):
        try:
            with explained(f"reading what was kept of {prior.table}"):
                present = sum_of(connection, prior.kept_in)
        except PermanentFailure as error:
            raise RollbackRefused(f"{error}; nothing was changed") from error
        if present != f"{prior.rows}/{prior.checksum}":
            raise RollbackRefused(
                f"what was kept of {prior.table} is not what it was ({prior.rows} rows then, now count and checksum are"
                f" {present}); nothing was changed"
            )


def _undo(connection: Connection, step: Step) -> None:
    if step.guard:
        _watch(connection, step.guard)
    with _quiet(connection, step.quiet):
        cursor = connection.execute(step.sql.encode(), binary=True)
    if step.affects is not None and cursor.rowcount != step.affects:
        raise RollbackRefused(
            f"undoing by {step.sql[:200]} touched {cursor.rowcount} rows instead of {step.affects}; nothing was changed"
        )


def _watch(connection: Connection, guard: Guard) -> None:
    more = Catalog(connection).count(guard.sql) - guard.expected
    if more:
        rows = connection.execute(guard.listing.encode()).fetchall() if guard.listing else []
        named = tuple(str(row[0]) for row in rows)
        said = f": {', '.join(named)}{', …' if more > len(named) else ''}" if named else ""
        raise RollbackRefused(f"{guard.says.format(more)}{said}; nothing was changed", named)


@contextmanager
def _quiet(connection: Connection, table: str) -> Iterator[None]:
    """The table's own triggers off, so that rows become what they were and nothing else happens."""
    found = connection.execute(_TRIGGERS, [table]).fetchall() if table else []
    names = [identifier(name) for (name,) in found]
    if names:
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for name in names:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}".encode())
    yield
    if names:
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for name in names:
        connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}".encode())


def _run(connection: Connection, text: str) -> list[tuple[object, ...]]:
    """Run one statement. Binary results take the extended protocol, where the server itself refuses a second one."""
    cursor: psycopg.Cursor[tuple[object, ...]] = connection.execute(text.encode(), binary=True)
    return cursor.fetchall() if cursor.description else []
