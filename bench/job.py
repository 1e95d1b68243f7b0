"""The job: write one row that says when it was queued and when it started."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg

TABLE = """
CREATE TABLE IF NOT EXISTS bench_effects (
    job bigint NOT NULL, queued_at float8 NOT NULL, started_at float8 NOT NULL
)
"""
INSERT = "INSERT INTO bench_effects (job, queued_at, started_at) VALUES (%s, %s, %s)"


@dataclass(frozen=True, slots=True)
class Job:
    """One row to write. ``queued_at``: seconds since the epoch."""

    number: int
    queued_at: float


def write_row(connection: Any, number: int, queued_at: float) -> None:
    """Do the job on a psycopg or Django connection, in its transaction."""
    with connection.cursor() as cursor:
        insert_row(cursor, number, queued_at)


def insert_row(cursor: Any, number: int, queued_at: float) -> None:
    """Do the job with a cursor."""
    cursor.execute(INSERT, [number, queued_at, time.time()])


@cache
def kept_connection() -> psycopg.Connection[Any]:
    """One autocommitting connection for the life of this process, to the contender's database."""
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
