"""A small target database, and what it looks like."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from execution.models import ExecutionTask
from execution.target.connection import connect
from execution.target.fingerprint import fingerprint_of, row_sums
from execution.target.programs import programs_for

SCHEMA = """
CREATE TABLE execution_tasks (id serial PRIMARY KEY, type text NOT NULL, duration_ms integer DEFAULT 0);
INSERT INTO execution_tasks (type) VALUES ('implement_idea'), ('self_improvement');
CREATE TABLE seeds (id integer PRIMARY KEY, name text NOT NULL, price numeric(10, 2), sown_at timestamptz);
COMMENT ON COLUMN seeds.price IS 'in euros';
CREATE INDEX seeds_by_name ON seeds (name);
ALTER TABLE seeds ADD CONSTRAINT seeds_price CHECK (price >= 0);
INSERT INTO seeds VALUES (1, 'bean', 2.50, now()), (2, 'pea', 1.00, NULL);
CREATE VIEW cheap_seeds AS SELECT id, name FROM seeds WHERE price < 2;
CREATE TABLE notes (text text);
CREATE TABLE renamed (a integer CONSTRAINT odd_name NOT NULL);
CREATE FUNCTION half(value integer) RETURNS integer LANGUAGE sql AS 'SELECT value / 2';
"""
_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname = 'public' OR nspname LIKE 'fsarsite%'"


@dataclass(frozen=True, slots=True)
class Target:
    """``dump`` and ``ask`` see it as somebody who does not know our code."""

    url: str

    def ask(self, query: LiteralString) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []

    def make_anew(self) -> None:
        """Back to `SCHEMA`, whatever was done to it, our ledger gone too."""
        with psycopg.connect(self.url) as connection:
            for (name,) in connection.execute(_SCHEMAS).fetchall():
                connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
            connection.execute("CREATE SCHEMA public")
            connection.execute(SCHEMA)

    def columns(self, table: str) -> list[str]:
        """The names of a table's columns."""
        with psycopg.connect(self.url) as connection:
            query = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            return [row[0] for row in connection.execute(f"{query} ORDER BY attnum".encode(), [table]).fetchall()]

    def dump(self) -> str:
        """Schema and rows as pg_dump writes them, our ledger left out; rows sorted, for their order says nothing."""
        given = conninfo_to_dict(self.url)
        done = subprocess.run(
            [programs_for(0) / "pg_dump", "--exclude-schema=fsarsite*", "--restrict-key=x", "--inserts"],
            env={
                "PATH": os.defpath,
                "PGHOST": str(given["host"]),
                "PGPORT": str(given["port"]),
                "PGUSER": str(given["user"]),
                "PGPASSWORD": str(given["password"]),
                "PGDATABASE": str(given["dbname"]),
            },
            capture_output=True,
            text=True,
            check=True,
        )
        lines = done.stdout.splitlines()
        rows = sorted(line for line in lines if line.startswith("INSERT INTO "))
        return "\n".join([*(line for line in lines if not line.startswith("INSERT INTO ")), *rows])


def looks(target: Target) -> tuple[tuple[str, ...], dict[str, str]]:
    """Schema and rows by our own fingerprint and checksums."""
    with connect(target.url) as own:
        return fingerprint_of(own).lines, row_sums(own)


def scratch_exists(target: Target, task: ExecutionTask) -> bool:
    """Whether a rehearsal of the task left its scratch database behind."""
    with psycopg.connect(target.url) as connection:
        name = f"fsarsite_scratch_{task.public_id.hex}"
        return bool(connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount)
