"""The limit: two psycopg loops over one table, a lease committed per job, LISTEN and NOTIFY. No framework at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import psycopg

from bench.contenders.contender import WORKERS, Contender
from bench.job import Job, kept_connection, write_row

TABLE = """
CREATE TABLE IF NOT EXISTS raw_jobs (
    id bigserial PRIMARY KEY, job bigint NOT NULL, queued_at float8 NOT NULL,
    status text NOT NULL DEFAULT 'queued', lease_until timestamptz
);
CREATE INDEX IF NOT EXISTS raw_jobs_queued ON raw_jobs (id) WHERE status = 'queued';
"""
CLAIM = """
UPDATE raw_jobs SET status = 'leased', lease_until = now() + interval '60 seconds'
WHERE id = (SELECT id FROM raw_jobs WHERE status = 'queued' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, job, queued_at
"""
FINISH = "UPDATE raw_jobs SET status = 'done' WHERE id = %s AND status = 'leased'"


class RawLoop(Contender):
    """A lease, the row and the end: two commits per job."""

    name = "raw"
    title = "raw psycopg loop, the limit"
    unfinished = "SELECT count(*) FROM raw_jobs WHERE status <> 'done'"

    def prepare(self) -> None:
        kept_connection().execute(TABLE)

    def enqueue(self, jobs: Sequence[Job]) -> None:
        with kept_connection().transaction(), kept_connection().cursor() as cursor:
            cursor.executemany(
                "INSERT INTO raw_jobs (job, queued_at) VALUES (%s, %s)", [(job.number, job.queued_at) for job in jobs]
            )
            cursor.execute("NOTIFY raw_jobs")

    def workers(self) -> list[list[str]]:
        return [[sys.executable, "-m", "bench.drive", self.name, "work"]] * WORKERS

    def work(self) -> None:
        connection: psycopg.Connection[Any] = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
        connection.execute("LISTEN raw_jobs")
        while True:
            claimed = connection.execute(CLAIM).fetchone()
            if claimed is None:
                for _ in connection.notifies(timeout=1, stop_after=1):
                    pass
                continue
            with connection.transaction():
                write_row(connection, claimed[1], claimed[2])
                connection.execute(FINISH, [claimed[0]])


CONTENDER = RawLoop()
