"""A scratch copy of the target, for the length of a rehearsal: on the same server, or on one of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO
from uuid import UUID

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from execution.failures import PermanentFailure
from execution.target.catalog import Catalog
from execution.target.connection import (
    Connection,
    connect,
    explained,
    filling,
    reading,
    rehearsal_database,
    rehearsal_url,
    target_url,
)
from execution.target.copying.choice import Choice, Rows, choose
from execution.target.copying.synthesis import in_order
from execution.target.copying.transfer import Copied, How, empty, remove_orphans, transfer
from execution.target.programs import programs_for, run_program
from execution.target.statements import LEDGER_SCHEMA, Statement

_MAKING = "the rehearsal could not make its scratch database"
_FILLING = "the rehearsal could not fill its scratch database"
_DROPPING = "the scratch database could not be dropped"
_DROP = sql.SQL("DROP DATABASE IF EXISTS {}")
_DISCONNECT = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND usename = current_user
"""
_CREATE = sql.SQL("CREATE DATABASE {} TEMPLATE template0")
_KEEP = ("--no-owner", "--no-privileges")


@dataclass(frozen=True, slots=True)
class Scratch:
    """A database like the target. ``copied`` tells of the tables that are not simply there with all their rows.

    ``trouble``: why the copy holds no rows at all; empty when it does.
    """

    conninfo: str
    copied: Mapping[str, Copied] = field(default_factory=dict)
    trouble: str = ""


@contextmanager
def scratch_copy(task: UUID, changes: Sequence[Sequence[Statement]] = ()) -> Iterator[Scratch]:
    """The copy, dropped at the end of the block whatever happens. One per task: what a killed worker left is replaced.

    ``changes`` are what is rehearsed on it: rows of big tables that they are about are among those copied.
    Raises PermanentFailure when it cannot be made: what cannot be rehearsed is not run. TransientFailure when a
    server does not answer.
    """
    name = f"fsarsite_scratch_{task.hex}"
    try:
        with connect(rehearsal_url(), autocommit=True) as connection, explained(_MAKING):
            _drop(connection, name)
            connection.execute(_CREATE.format(sql.Identifier(name)))
        yield _filled(rehearsal_database(name), changes)
    finally:
        with connect(rehearsal_url(), autocommit=True) as connection, explained(_DROPPING):
            _drop(connection, name)


def _drop(connection: Connection, name: str) -> None:
    """Without FORCE, which is refused while autovacuum is at work in it; the plain way has the server stop that."""
    connection.execute(_DISCONNECT, [name])
    connection.execute(_DROP.format(sql.Identifier(name)))


def _filled(conninfo: str, changes: Sequence[Sequence[Statement]]) -> Scratch:
    with tempfile.TemporaryFile() as dump:  # without a name, so that a killed worker leaves none behind
        with connect() as source, explained("the rehearsal could not read the target"), reading(source):
            programs = programs_for(source.info.server_version // 10_000)
            choice = choose(source, changes)
            _dump(programs, dump, choice, source)
            if choice.loads:
                _restore(programs, dump, conninfo, "--section=pre-data", "--section=data")
                copied = _loaded(source, conninfo, choice)
        if choice.loads:
            return _finished(programs, dump, Scratch(conninfo, copied), choice)
        _restore(programs, dump, conninfo)
    return Scratch(conninfo)


def _dump(programs: Path, dump: IO[bytes], choice: Choice, source: Connection) -> None:
    what = ["--format=custom", f"--exclude-schema={LEDGER_SCHEMA}*", "--no-publications", "--no-subscriptions"]
    if choice.loads:  # both see the same rows, or a foreign key would not hold
        [(snapshot,)] = source.execute("SELECT pg_export_snapshot()").fetchall()
        what += [f"--snapshot={snapshot}", *(f"--exclude-table-data={load.table.name}" for load in choice.loads)]
    if choice.rows is not Rows.COPIED:
        what.append("--no-large-objects")
    run_program([programs / "pg_dump", *_KEEP, *what, "--lock-wait-timeout=5s"], target_url(), writes=dump)


def _restore(programs: Path, dump: IO[bytes], conninfo: str, *sections: str) -> None:
    database = str(conninfo_to_dict(conninfo)["dbname"])
    dump.seek(0)
    what = [*_KEEP, *sections, "--exit-on-error", f"--dbname={database}"]
    run_program([programs / "pg_restore", *what], conninfo, reads=dump)


def _loaded(source: Connection, conninfo: str, choice: Choice) -> dict[str, Copied]:
    """Fill the tables that pg_dump left empty, while no index and no foreign key is there to slow it or to refuse."""
    loads = {load.table: load for load in choice.loads}
    with connect(conninfo) as scratch, explained(_FILLING), filling(scratch):
        copied = {
            table.name: transfer(source, scratch, loads[table], choice.keys)
            for table in in_order(list(loads), choice.keys)
        }
        if choice.is_cut or any(each.how in {How.MADE_UP, How.NOTHING} and each.of for each in copied.values()):
            copied |= _without_orphans(scratch, choice, copied)
    return copied


def _without_orphans(scratch: Connection, choice: Choice, copied: Mapping[str, Copied]) -> dict[str, Copied]:
    before = {table.name: _count(scratch, table.name) for table in choice.tables}
    left = {name: _count(scratch, name) for name in remove_orphans(scratch, choice.keys)}
    new = {}
    for name, rows in left.items():
        known = copied.get(name) or Copied(How.SAMPLED, rows, before[name])
        how = known.how if known.how is not How.WHOLE else How.SAMPLED
        new[name] = replace(known, how=how if rows else How.NOTHING, rows=rows)
    return new


def _finished(programs: Path, dump: IO[bytes], scratch: Scratch, choice: Choice) -> Scratch:
    """Make indexes, foreign keys and triggers. Without rows when those that we chose do not go with them."""
    try:
        _restore(programs, dump, scratch.conninfo, "--section=post-data", "--single-transaction")
    except PermanentFailure as failure:
        with connect(scratch.conninfo) as connection, explained("the scratch database could not be emptied"):
            held = {table.name: _count(connection, table.name) for table in choice.tables}
            empty(connection, choice.tables)
        _restore(programs, dump, scratch.conninfo, "--section=post-data")
        known = scratch.copied
        none = {name: Copied(How.NOTHING, 0, known[name].of if name in known else rows) for name, rows in held.items()}
        return Scratch(scratch.conninfo, none, str(failure))
    return scratch


def _count(connection: Connection, table: str) -> int:
    return Catalog(connection).count(f"SELECT count(*) FROM ONLY {table}")  # noqa: S608 - quoted
