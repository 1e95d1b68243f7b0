"""Connections to the target database, and what its errors mean."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from execution.failures import PermanentFailure, TransientFailure

Connection = psycopg.Connection[tuple[Any, ...]]

LIMITS = {"lock_timeout": "3s", "statement_timeout": "60s", "idle_in_transaction_session_timeout": "60s"}
READING = {
    "standard_conforming_strings": "on",  # what the parser that read the statements takes for granted
    "TimeZone": "UTC",  # the rest so that a row reads the same at every time
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}
LOCK = 4_113_207_551  # any number, as long as it is ours: one change at a time per target
LOCK_SECONDS = 3.0
_LOCK_POLL_SECONDS = 0.05
_PASSING = (
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.QueryCanceled,
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.IoError,
    errors.CannotConnectNow,
    errors.TooManyConnections,
    errors.DiskFull,
    errors.InsufficientResources,
)


def target_url() -> str:
    """Where the target is. Raises PermanentFailure when none is set, or when it is fsarsite's own database."""
    url = settings.TARGET_DATABASE_URL
    if not url:
        raise PermanentFailure("there is no target database: set TARGET_DATABASE_URL, then retry")
    if _place(conninfo_to_dict(url)) == _own_place():
        raise PermanentFailure("TARGET_DATABASE_URL is fsarsite's own database: name another, then retry")
    return str(url)


def other_database(name: str) -> str:
    """The URL of another database on the target's server, for the same role."""
    return make_conninfo(target_url(), dbname=name)


def connect(conninfo: str | None = None, *, autocommit: bool = False) -> Connection:
    """A connection to the target, or to ``conninfo``. Raises TransientFailure, and PermanentFailure for a superuser's.

    What was approved runs with the rights of its role, so that role must not be able to read files or run programs.
    """
    try:
        connection = psycopg.connect(
            conninfo or target_url(),
            autocommit=autocommit,
            connect_timeout=10,
            application_name="fsarsite",
            client_encoding="utf8",
        )
    except psycopg.OperationalError as error:
        raise TransientFailure(f"the target database does not answer: {_first_line(error)}") from error
    if connection.info.parameter_status("is_superuser") != "off":
        connection.close()
        raise PermanentFailure("TARGET_DATABASE_URL logs in as a superuser: name a role that only owns the target")
    return connection


@contextmanager
def changing(connection: Connection) -> Iterator[None]:
    """One transaction under the limits, alone on this database; commits at the end of the block.

    Raises TransientFailure when another change holds the database for longer than the lock timeout.
    """
    with connection.transaction():
        for name, value in (LIMITS | READING).items():
            connection.execute("SELECT set_config(%s, %s, true)", [name, value])
        take_lock(connection, f"SELECT pg_try_advisory_xact_lock({LOCK})", seconds=LOCK_SECONDS)
        yield


def take_lock(connection: Connection, ask: str, *, seconds: float) -> None:
    """Have the target to ourselves. Raises TransientFailure when another change holds it for longer.

    Asks again and again: who waits in the server holds a snapshot meanwhile, and CREATE INDEX CONCURRENTLY of the one
    that has the lock waits for the end of every snapshot, which is a deadlock. ``ask`` has no parameters, for then the
    simple protocol is used; the other one keeps the snapshot until the next statement.
    """
    deadline = time.monotonic() + seconds
    while connection.execute(ask.encode()).fetchone() != (True,):
        if time.monotonic() > deadline:
            raise TransientFailure("the target could not be changed: another change holds it (lock timeout)")
        time.sleep(_LOCK_POLL_SECONDS)


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Turn the database's errors into failures whose message begins with what we were doing."""
    try:
        yield
    except psycopg.Error as error:
        passing = isinstance(error, _PASSING) or error.sqlstate is None  # no state: the connection broke
        passing = passing or "checkpoint request failed" in str(error)  # the disk is full, which has no state either
        failure = TransientFailure if passing else PermanentFailure
        raise failure(f"{doing}: {_first_line(error)}") from error


@contextmanager
def changing_explained(connection: Connection) -> Iterator[None]:
    """`changing`, with the database's own errors turned into failures."""
    with explained("the target could not be changed"), changing(connection):
        yield


def identifier(*names: str) -> str:
    """A quoted, dotted name."""
    return sql.Identifier(*names).as_string()


def literal(value: object) -> str:
    """A quoted value."""
    return sql.Literal(value).as_string()


def _first_line(error: psycopg.Error) -> str:
    lines = str(error.diag.message_primary or error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _own_place() -> tuple[str, str, str]:
    own = settings.DATABASES["default"]
    return _place({"host": own.get("HOST"), "port": own.get("PORT"), "dbname": own["NAME"]})


def _place(parts: dict[str, Any]) -> tuple[str, str, str]:
    return str(parts.get("host") or ""), str(parts.get("port") or 5432), str(parts.get("dbname"))
