"""A scratch copy of the target, on the same server, for the length of a rehearsal."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import UUID

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from execution.failures import PermanentFailure, TransientFailure, says_that_it_may_pass
from execution.target.connection import connect, explained, other_database, target_url
from execution.target.statements import LEDGER_SCHEMA
from fsarsite.postgres import ClusterError
from fsarsite.postgres.binaries import Binaries

MOST_BYTES = 256 * 1024 * 1024
"""Rows are copied too, up to this size of all tables together; above it the rehearsal is not representative."""
_SECONDS = 120
_SIZE = """
SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0), current_setting('server_version_num')::int / 10000
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""
_ENVIRONMENT = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


@dataclass(frozen=True, slots=True)
class Scratch:
    """A database like the target. ``has_rows`` is False when the target is too big to copy its rows."""

    conninfo: str
    has_rows: bool


@contextmanager
def scratch_copy(task: UUID) -> Iterator[Scratch]:
    """The copy, dropped at the end of the block whatever happens. One per task: what a killed worker left is replaced.

    Raises PermanentFailure when it cannot be made: what cannot be rehearsed is not run. TransientFailure when the
    server does not answer.
    """
    name = f"fsarsite_scratch_{task.hex}"
    size, server = _measure()
    folder = _programs(server)
    _drop(name)
    try:
        with connect(autocommit=True) as connection, explained("the rehearsal could not make its scratch database"):
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        has_rows = size <= MOST_BYTES
        _copy(folder, other_database(name), has_rows=has_rows)
        yield Scratch(other_database(name), has_rows)
    finally:
        _drop(name)


def _measure() -> tuple[int, int]:
    with connect() as connection, explained("the rehearsal could not measure the target"):
        found = connection.execute(_SIZE).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def _drop(name: str) -> None:
    with connect(autocommit=True) as connection, explained("the scratch database could not be dropped"):
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _programs(server: int) -> Path:
    """The folder with a pg_dump that is new enough to read the server."""
    for folder in _folders():
        if (major := _major(folder / "pg_dump")) and major >= server and (folder / "pg_restore").exists():
            return folder
    raise PermanentFailure(
        f"the rehearsal needs pg_dump and pg_restore of PostgreSQL {server} or later: install them, or set PG_BIN"
    )


def _folders() -> Iterator[Path]:
    with suppress(ClusterError):  # a server of somebody else's, and only its client programs here
        yield Binaries.find().folder
    if found := shutil.which("pg_dump"):
        yield Path(found).parent


def _major(program: Path) -> int | None:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(match[1]) if match else None


def _copy(folder: Path, conninfo: str, *, has_rows: bool) -> None:
    with tempfile.TemporaryFile() as dump:  # without a name, so that a killed worker leaves none behind
        keep = ["--no-owner", "--no-privileges"]
        what = ["--format=custom", f"--exclude-schema={LEDGER_SCHEMA}*", "--no-publications", "--no-subscriptions"]
        rows = [] if has_rows else ["--schema-only"]
        _run([folder / "pg_dump", *keep, *what, *rows, "--lock-wait-timeout=5s"], target_url(), writes=dump)
        dump.seek(0)
        database = str(conninfo_to_dict(conninfo)["dbname"])
        _run([folder / "pg_restore", *keep, "--exit-on-error", f"--dbname={database}"], conninfo, reads=dump)


def _run(
    argv: list[str | Path],
    conninfo: str,
    *,
    reads: IO[bytes] | int = subprocess.DEVNULL,
    writes: IO[bytes] | int = subprocess.DEVNULL,
) -> None:
    """Run a client program. What connects it goes through the environment: command lines are public."""
    given = conninfo_to_dict(conninfo)
    environment = {name: str(given[key]) for key, name in _ENVIRONMENT.items() if given.get(key)}
    try:
        done = subprocess.run(
            argv,
            env={"PATH": os.defpath, "LC_ALL": "C", "PGCONNECT_TIMEOUT": "10", **environment},
            stdin=reads,
            stdout=writes,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PermanentFailure(
            f"the scratch copy was not ready within {_SECONDS} s; run this change by hand"
        ) from error
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines()[-1:]
        said = lines[0].strip() if lines else f"exit code {done.returncode}"
        failure = TransientFailure if says_that_it_may_pass(done.stderr) else PermanentFailure
        raise failure(f"the rehearsal could not copy the target: {said}")
