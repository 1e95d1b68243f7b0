"""Empties the database after a transactional test by deleting rows where there are any.

Django truncates every table, 200 and more of them, which takes PostgreSQL a second; a test fills a dozen.
Loaded with ``-p tests.plugins.emptying``.
"""

from __future__ import annotations

from typing import Any

import pytest

FILLED_BY_MIGRATE = ("django_content_type", "auth_permission", "auth_group", "auth_group_permissions")
KEPT = ("django_migrations", *FILLED_BY_MIGRATE)
WITH_TRIGGERS = """
SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace
"""


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Take the place of Django's own emptying."""
    from django.test import TransactionTestCase  # noqa: PLC0415 -- settings are not there before

    before: list[int] = []
    truncate_all = TransactionTestCase._fixture_teardown

    def teardown(case: Any) -> None:
        from django.db import connection, transaction  # noqa: PLC0415

        with transaction.atomic(), connection.cursor() as cursor:
            counts = _counts(cursor)
            before[:] = before or counts
            if counts == before:
                _delete_rows(cursor, connection.introspection.table_names(cursor))
        if counts != before:  # a test made groups or rights: only `migrate` knows how they were
            truncate_all(case)

    TransactionTestCase._fixture_teardown = teardown


def _counts(cursor: Any) -> list[int]:
    cursor.execute(" UNION ALL ".join(f"SELECT count(*) FROM {table}" for table in FILLED_BY_MIGRATE))
    return [count for (count,) in cursor.fetchall()]


def _delete_rows(cursor: Any, tables: list[str]) -> None:
    """In one transaction: foreign keys are checked at its end. Append-only tables let go of their rows meanwhile."""
    asked = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables if table not in KEPT)
    cursor.execute(" UNION ALL ".join(asked))
    filled = {table for (table,) in cursor.fetchall()}
    cursor.execute(WITH_TRIGGERS)
    guarded = {table for (table,) in cursor.fetchall()} & filled
    for table in guarded:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for table in filled:
        cursor.execute(f"DELETE FROM {table}")
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks outstanding cannot be altered
    for table in guarded:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
