"""The rehearsal: apply on a scratch copy, undo, compare, apply again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from execution.failures import PermanentFailure, RollbackRefused
from execution.target.catalog import Catalog
from execution.target.change import Applied, apply_statements, undo_steps
from execution.target.connection import Connection, changing, connect, explained
from execution.target.copying.doubts import ON_ROWS, doubt_about, named_tables, written_tables
from execution.target.copying.transfer import Copied, How
from execution.target.fingerprint import Fingerprint, fingerprint_of, row_sums
from execution.target.scratch import Scratch, scratch_copy
from execution.target.sizes import row_count
from execution.target.statements import LEDGER_SCHEMA, Statement
from execution.target.stepwise import apply_stepwise, changing_stepwise, is_stepwise, undo_stepwise

_MOST_DIFFERENCES = 5
_LOCKS = f"""
SELECT DISTINCT c.oid::regclass::text, l.mode FROM pg_locks l
JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted AND c.relkind IN ('r', 'p', 'm', 'v')
AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^({LEDGER_SCHEMA}(_|$)|pg_toast)'
ORDER BY 1, 2
"""  # noqa: S608
_ROWS = f"""
SELECT format('%%I.%%I', schemaname, relname), n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 AND schemaname !~ '^{LEDGER_SCHEMA}(_|$)' ORDER BY 1
""".replace("%%", "%")  # noqa: S608


@dataclass(frozen=True, slots=True)
class Effects:
    """What the change did on the copy, sampled before its commit: ``locks`` as (table, mode), ``rows`` per table."""

    locks: tuple[tuple[str, str], ...]
    rows: Mapping[str, int]
    held_milliseconds: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal that passed. ``target`` is the target's schema before it: the run starts from that or not at all.

    ``sizes`` is the number of digits of the row count of every table that the change touches rows of.
    ``touches_rows``: it holds statements on rows, though on the copy there may have been none for them.
    ``copied``: what the copy held of each table that the change names or touches. ``doubt``: why that proves little.
    """

    target: Fingerprint
    copied: Mapping[str, Copied]
    doubt: str
    milliseconds: int
    proven_at: datetime
    effects: Effects
    sizes: Mapping[str, int]
    is_satisfied: bool
    keeps_rows: bool
    touches_rows: bool

    @property
    def result(self) -> str:
        """``passed``, ``already_satisfied``, or ``not_representative`` when the copy lacked the rows that count."""
        if self.is_satisfied and not (self.doubt and self.touches_rows):
            return "already_satisfied"
        return "not_representative" if self.doubt else "passed"

    @property
    def reversibility(self) -> int:
        """1: the reverse statements alone undo it. 2: rows that were kept are restored. 3: not proven with rows."""
        if self.is_satisfied and not self.touches_rows:
            return 1
        if self.is_satisfied or self.doubt:
            return 3
        return 2 if self.keeps_rows else 1

    def to_json(self) -> dict[str, Any]:
        """As it stands in a task's result and its rollback artifact."""
        return {
            "result": self.result,
            "with_rows": not self.doubt,
            "doubt": self.doubt,
            "copied": {table: each.to_json() for table, each in self.copied.items()},
            "schema_before": self.target.hash,
            "milliseconds": self.milliseconds,
            "held_milliseconds": self.effects.held_milliseconds,
            "locks": [list(lock) for lock in self.effects.locks],
            "rows": dict(self.effects.rows),
            "sizes": dict(self.sizes),
            "reversibility": self.reversibility,
            "proven_at": self.proven_at.isoformat(),
        }


def rehearse(task: UUID, statements: tuple[Statement, ...]) -> Rehearsal:
    """Prove on a copy that the change runs, that its way back leaves nothing behind, and that it then runs again.

    Raises PermanentFailure when any of it fails, TransientFailure when the server does not answer.
    """
    return next(iter(rehearse_in_turn(task, [statements])))


def rehearse_in_turn(key: UUID, changes: Sequence[tuple[Statement, ...]]) -> Iterator[Rehearsal]:
    """Rehearse changes that follow each other on one copy, named for ``key``; raises as `rehearse` does."""
    begun = time.monotonic()
    with connect() as target:
        before, path = fingerprint_of(target), target.execute("SHOW search_path").fetchone()
    with scratch_copy(key, changes) as scratch:
        for statements in changes:
            with connect(scratch.conninfo, autocommit=True) as connection:
                connection.execute("SELECT set_config('search_path', %s, false)", path)
                yield _rehearsed(connection, scratch, statements, before, begun)
            begun = time.monotonic()


def _rehearsed(
    connection: Connection, scratch: Scratch, statements: tuple[Statement, ...], before: Fingerprint, begun: float
) -> Rehearsal:
    looks = _looks(connection)
    with explained("the rehearsal could not read the scratch database"):
        named, written = named_tables(Catalog(connection), statements), written_tables(Catalog(connection), statements)
    applied, effects = _prove(connection, statements, looks)
    counts = {table: int(total.partition("/")[0]) for table, total in looks[1].items()}
    touched = {table: rows for name, rows in effects.rows.items() if (table := _quoted(name, counts))}
    copied = {
        table: scratch.copied.get(table) or Copied(How.WHOLE, counts[table], counts[table])
        for table in sorted(named | touched.keys())
        if table in counts
    }
    return Rehearsal(
        target=before,
        copied=copied,
        doubt=scratch.trouble or doubt_about(copied, written, touched),
        milliseconds=int((time.monotonic() - begun) * 1000),
        proven_at=datetime.now(UTC),
        effects=effects,
        sizes=_sizes(touched),
        is_satisfied=not applied.steps,
        keeps_rows=any(step.kept for step in applied.steps),
        touches_rows=any(isinstance(statement.node, ON_ROWS) for statement in statements),
    )


def _sizes(tables: Iterable[str]) -> dict[str, int]:
    """Digits of the row count of each table in the target itself; those that the change makes left out."""
    with connect() as target, explained("the target's tables could not be counted"):
        counts = {table: row_count(Catalog(target), table) for table in tables}
    return {table: len(str(count)) for table, count in counts.items() if count is not None}


def _quoted(name: str, counts: Mapping[str, int]) -> str:
    """A table as `row_sums` names it; empty for one that the change made."""
    return next((table for table in counts if table.replace('"', "") == name.replace('"', "")), "")


def _prove(
    connection: Connection, statements: tuple[Statement, ...], before: tuple[Fingerprint, dict[str, str]]
) -> tuple[Applied, Effects]:
    applied, effects = _apply(connection, statements, "the rehearsal failed")
    try:
        _undo(connection, statements, applied)
    except RollbackRefused as error:
        raise PermanentFailure(f"the rehearsal failed: the change could not be undone: {error}") from error
    left = _difference(before, _looks(connection))
    if left:
        raise PermanentFailure(
            f"the rehearsal failed: undoing the change leaves the database different: {'; '.join(left)}"
        )
    _apply(connection, statements, "the rehearsal failed: the change did not run again after it was undone")
    return applied, effects


def _undo(connection: Connection, statements: tuple[Statement, ...], applied: Applied) -> None:
    if is_stepwise(statements):
        with changing_stepwise(connection):
            undo_stepwise(connection, applied.steps)
    else:
        with changing(connection):
            undo_steps(connection, applied.steps)


def _apply_stepwise(connection: Connection, statements: tuple[Statement, ...]) -> tuple[Applied, Effects]:
    begun = time.monotonic()
    with changing_stepwise(connection):
        applied = apply_stepwise(connection, uuid4(), statements)
    return applied, Effects((), {}, int((time.monotonic() - begun) * 1000))


def _apply(connection: Connection, statements: tuple[Statement, ...], failed: str) -> tuple[Applied, Effects]:
    try:
        if is_stepwise(statements):
            return _apply_stepwise(connection, statements)
        with changing(connection):
            begun = time.monotonic()
            applied = apply_statements(connection, statements)
            locks = connection.execute(_LOCKS.encode()).fetchall()
            rows = connection.execute(_ROWS.encode()).fetchall()
            held = int((time.monotonic() - begun) * 1000)
            return applied, Effects(tuple((table, mode) for table, mode in locks), dict(rows), held)
    except PermanentFailure as error:
        raise PermanentFailure(f"{failed}: {error}") from error


def _looks(connection: Connection) -> tuple[Fingerprint, dict[str, str]]:
    with explained("the rehearsal could not read the scratch database"), connection.transaction():
        return fingerprint_of(connection), row_sums(connection)


def _difference(before: tuple[Fingerprint, dict[str, str]], after: tuple[Fingerprint, dict[str, str]]) -> list[str]:
    schema = before[0].difference(after[0])
    rows = [f"other rows in {table}" for table in before[1] if before[1][table] != after[1].get(table)]
    return [*schema, *rows][:_MOST_DIFFERENCES]
