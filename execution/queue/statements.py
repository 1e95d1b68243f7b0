"""The queue's hot statements, prepared by each worker: planning them takes longer than running them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any, LiteralString

import psycopg
from django.db import connection
from psycopg.rows import tuple_row


def fetch_all(statement: LiteralString, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement on Django's connection, inside its transaction if there is one, and return the rows.

    Raises django.db errors, as the ORM does.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection, row_factory=tuple_row) as cursor:
        cursor.execute(statement, parameters, prepare=True)
        return cursor.fetchall() if cursor.description else []


def fetch_all_in_turn(
    statements: Sequence[LiteralString], parameters: Mapping[str, Any]
) -> list[list[tuple[Any, ...]]]:
    """The rows of each, sent together: each sees what was committed until it begins, as if it had been sent alone.

    Inside a transaction only. Raises django.db errors, as the ORM does.
    """
    with connection.wrap_database_errors, ExitStack() as stack:
        cursors = [
            stack.enter_context(psycopg.Cursor(connection.connection, row_factory=tuple_row)) for _ in statements
        ]
        with connection.connection.pipeline():
            for cursor, statement in zip(cursors, statements, strict=True):
                cursor.execute(statement, parameters, prepare=True)
        return [cursor.fetchall() for cursor in cursors]  # here: fetched inside, they would cost another round trip
