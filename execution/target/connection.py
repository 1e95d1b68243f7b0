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
READING_LIMITS = {
    "lock_timeout": "3s",
    "statement_timeout": "20s",
    "idle_in_transaction_session_timeout": "180s",  # while pg_dump runs
    "row_security": "off",  # rows that are hidden from us are an error, not left out
}
READING = {
    "standard_conforming_strings": "on",  # what the parser that read the statements takes for granted
    "TimeZone": "UTC",  # the rest so that a row reads the same at every time
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}
LOCK = 4_113_207_551  # any number, as long as it is ours: one change at a time per target
_RIGHTS = """
SELECT (SELECT rolcreaterole OR rolreplication FROM pg_roles WHERE rolname = current_user),
       (SELECT string_agg(rolname, ', ') FROM pg_roles WHERE pg_has_role(oid, 'MEMBER') AND rolname IN
        ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files'))
"""
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


def rehearsal_url() -> str:
    """Where scratch copies are made: REHEARSAL_DATABASE_URL, else the target's own server."""
    return str(settings.REHEARSAL_DATABASE_URL or target_url())


def rehearsal_database(name: str) -> str:
    """The URL of a scratch copy, for the role that makes it."""
    return make_conninfo(rehearsal_url(), dbname=name)


def connect(conninfo: str | None = None, *, autocommit: bool = False) -> Connection:
    """A connection to the target, or to ``conninfo``. Raises TransientFailure, and PermanentFailure for a mighty role.

    What was approved runs with the rights of its role, so that role must not be able to read files, run programs or
    make roles. A superuser that steps down by SET ROLE will not do: any function body can step up again.
    """
    elsewhere = conninfo is not None and settings.REHEARSAL_DATABASE_URL
    setting = "REHEARSAL_DATABASE_URL" if elsewhere else "TARGET_DATABASE_URL"
    try:
        connection = psycopg.connect(
            conninfo or target_url(),
            autocommit=True,
            connect_timeout=10,
            application_name="fsarsite",
            client_encoding="utf8",
        )
    except psycopg.OperationalError as error:
        who = "the server of REHEARSAL_DATABASE_URL" if elsewhere else "the target database"
        raise TransientFailure(f"{who} does not answer: {_first_line(error)}") from error
    if too_much := _too_much(connection):
        connection.close()
        raise PermanentFailure(f"{setting} logs in as {too_much}: name a role that only owns the target")
    connection.autocommit = autocommit
    return connection


def _too_much(connection: Connection) -> str:
    if connection.info.parameter_status("is_superuser") != "off":
        return "a superuser"
    with explained("the rights of the role could not be read"):
        [(may_make_roles, member_of)] = connection.execute(_RIGHTS).fetchall()
    return f"a member of {member_of}" if member_of else "a role that may make roles" if may_make_roles else ""


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
def reading(connection: Connection) -> Iterator[None]:
    """One snapshot for the block, in which nothing can be changed, under limits of its own."""
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    with connection.transaction():
        for name, value in (READING | READING_LIMITS).items():
            connection.execute("SELECT set_config(%s, %s, true)", [name, value])
        yield


@contextmanager
def filling(connection: Connection) -> Iterator[None]:
    """One transaction in which values are read as `reading` writes them."""
    with connection.transaction():
        for name, value in READING.items():
            connection.execute("SELECT set_config(%s, %s, true)", [name, value])
        yield


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
