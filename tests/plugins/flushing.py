"""Emptying the database after a test that committed: only what the test wrote, instead of every table there is.

Django truncates all of them and runs its post-migrate work again, which takes most of a second. Without the right to
put triggers aside (a server that DATABASE_URL names) Django's own way is used.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.testcases import TransactionTestCase
from psycopg import sql

_COPIES = "as_migrated"
_MAY_PUT_TRIGGERS_ASIDE = "SELECT has_parameter_privilege('session_replication_role', 'SET')"  # PostgreSQL 15
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
_DIGEST = sql.SQL("(SELECT md5(coalesce(string_agg(row::text, ',' ORDER BY row::text), '')) FROM {table} AS row)")
_HAS_ROWS = sql.SQL("SELECT {name} AS name WHERE EXISTS (SELECT FROM {table})")
_DIFFERS = sql.SQL("SELECT {name} AS name WHERE {digest} <> {kept}")


class Flushing:
    """Goes back to the rows that the migrations left, table by table, where a test left others."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_TABLES)
            tables = [name for (name,) in cursor.fetchall()]
            cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(_COPIES)))
            self._filled = {name for name in tables if self._keep(cursor, name)}
            self._look = sql.SQL(" UNION ALL ").join([self._question(cursor, name) for name in tables])

    @staticmethod
    def _keep(cursor: Any, name: str) -> bool:
        cursor.execute(_HAS_ROWS.format(name=sql.Literal(name), table=sql.Identifier(name)))
        if cursor.fetchone() is None:
            return False
        copy = sql.SQL("CREATE TABLE {} AS TABLE {}").format(sql.Identifier(_COPIES, name), sql.Identifier(name))
        cursor.execute(copy)
        return True

    def _question(self, cursor: Any, name: str) -> sql.Composable:
        table = sql.Identifier(name)
        if name not in self._filled:
            return _HAS_ROWS.format(name=sql.Literal(name), table=table)
        digest = _DIGEST.format(table=table)
        cursor.execute(sql.SQL("SELECT {}").format(digest))
        return _DIFFERS.format(name=sql.Literal(name), digest=digest, kept=sql.Literal(cursor.fetchone()[0]))

    def go_back(self) -> None:
        """Undo what was committed. One query when that is nothing."""
        with connection.cursor() as cursor:
            cursor.execute(self._look)
            changed = [name for (name,) in cursor.fetchall()]
            if not changed:
                return
            cursor.execute("SET session_replication_role = replica")  # no foreign keys, no append-only triggers
            for name in changed:
                cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
                if name in self._filled:
                    names = sql.Identifier(name), sql.Identifier(_COPIES, name)
                    cursor.execute(sql.SQL("INSERT INTO {} TABLE {}").format(*names))
            cursor.execute("SET session_replication_role = DEFAULT")


def flush_what_tests_write() -> None:
    """From now on, replace Django's flush in this process. Call it once the test database is migrated."""
    with connection.cursor() as cursor:
        if connection.pg_version < 150000:
            return
        cursor.execute(_MAY_PUT_TRIGGERS_ASIDE)
        if not cursor.fetchone()[0]:
            return
    flushing = Flushing()
    TransactionTestCase._fixture_teardown = lambda _: flushing.go_back()
