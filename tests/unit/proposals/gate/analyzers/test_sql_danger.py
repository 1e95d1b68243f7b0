from __future__ import annotations

import pytest

from proposals.gate import Outcome
from tests.unit.proposals.gate.proposed import file_of, plan_of, rule_ids, verdict_of

BLOCKED = [
    ("DROP TABLE loaves;", "drop"),
    ("DROP SCHEMA shop CASCADE;", "drop"),
    ("DROP DATABASE shop;", "drop"),
    ("TRUNCATE loaves;", "truncate"),
    ("DELETE FROM loaves;", "no-where"),
    ("DELETE FROM loaves WHERE true;", "no-where"),
    ("UPDATE loaves SET price = 0 WHERE 1 = 1;", "no-where"),
    ("WITH gone AS (DELETE FROM loaves RETURNING *) SELECT * FROM gone;", "no-where"),
    ("EXPLAIN ANALYZE DELETE FROM loaves;", "no-where"),
    ("ALTER TABLE loaves DROP COLUMN price;", "drop-column"),
    ("COPY loaves TO PROGRAM 'sh';", "program"),
    ("COPY loaves FROM '/etc/passwd';", "program"),
    ("SELECT pg_read_file('/etc/passwd');", "program"),
    ("DO $$ BEGIN PERFORM 1; END $$;", "opaque"),
    ("ALTER SYSTEM SET fsync = off;", "server"),
    ("CREATE EXTENSION plpython3u;", "server"),
    ("CREATE EXTENSION postgres_fdw;", "server"),
    ("SET session_replication_role = replica;", "server"),
    ("DELETE FROM loaves WHERE id = id;", "no-where"),
    ("DELETE FROM loaves WHERE old OR NOT old;", "no-where"),
    ("UPDATE loaves SET price = 0 WHERE price > 3 OR true;", "no-where"),
    ("MERGE INTO loaves USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE;", "no-where"),
    ("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM loaves';", "no-where"),
    ("CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM loaves; END;", "no-where"),
    ("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN TRUNCATE loaves; END $$;", "truncate"),
    ("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DROP ' || 'TABLE a'; END $$;", "drop"),
    ("DO $$ BEGIN EXECUTE format('TRUNCATE %I', 'loaves'); END $$;", "truncate"),
    ("DO $$ DECLARE t text; BEGIN CREATE TABLE a (id int); EXECUTE t; END $$;", "opaque"),
]
REVIEWED = [
    ("DELETE FROM loaves WHERE id = 3;", "delete"),
    ("UPDATE loaves SET price = 2 WHERE id = 3;", "update"),
    ("ALTER TABLE loaves ALTER COLUMN price TYPE bigint;", "change-type"),
    ("DROP INDEX loaves_price;", "drop-definition"),
    ("GRANT ALL ON loaves TO public;", "grant"),
    ("CREATE ROLE baker SUPERUSER;", "grant"),
    ("REASSIGN OWNED BY baker TO miller;", "grant"),
    ("ALTER TABLE loaves DISABLE ROW LEVEL SECURITY;", "grant"),
    ("CREATE EXTENSION postgis;", "extension"),
    ("MERGE INTO loaves l USING old o ON l.id = o.id WHEN MATCHED THEN DELETE;", "delete"),
    ("CREATE FUNCTION f(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE t; END $$;", "dynamic"),
]
HARMLESS = [
    "-- DROP TABLE loaves;\nCREATE TABLE loaves (id int);",
    "INSERT INTO notes (text) VALUES ('TRUNCATE everything; DROP TABLE x');",
    "CREATE TABLE a (id int);\nDELETE FROM a;",
    "ALTER TABLE loaves ADD COLUMN price int;",
    "CREATE TABLE b (a_id int REFERENCES a (id) ON DELETE CASCADE);",
    "CREATE EXTENSION IF NOT EXISTS pgcrypto;",
    "CREATE EXTENSION ltree;",
    "SET search_path = shop;",
    "DO $$ BEGIN CREATE TYPE crumb AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;",
    "CREATE FUNCTION f(n int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM a WHERE id = n; END $$;",
    "CREATE FUNCTION f(d text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CREATE TABLE a ()'; END $$;",
]


@pytest.mark.parametrize(("sql", "rule"), BLOCKED)
def test_sql_danger_blocks(sql: str, rule: str) -> None:
    report = file_of("a.sql", f"{sql}\n")

    assert f"danger/sql-{rule}" in rule_ids(report)
    assert verdict_of(report).outcome is Outcome.BLOCKED


@pytest.mark.parametrize(("sql", "rule"), BLOCKED)
def test_sql_danger_blocks_in_the_fence_of_a_plan(sql: str, rule: str) -> None:
    verdict = verdict_of(plan_of(f"Clean up:\n\n  ```sql\n  {sql}\n  ```\n"))

    finding = next(finding for finding in verdict.findings if finding.rule_id == f"danger/sql-{rule}")
    assert finding.region is not None
    assert (finding.region.artifact, finding.region.start_line) == ("report", 4)
    assert verdict.outcome is Outcome.BLOCKED


@pytest.mark.parametrize(("sql", "rule"), REVIEWED)
def test_sql_danger_asks_a_person(sql: str, rule: str) -> None:
    report = file_of("a.sql", f"{sql}\n")

    assert f"danger/sql-{rule}" in rule_ids(report)
    assert verdict_of(report).outcome is Outcome.NEEDS_MITIGATION


@pytest.mark.parametrize("sql", HARMLESS)
def test_sql_danger_lets_through(sql: str) -> None:
    ids = rule_ids(file_of("a.sql", f"{sql}\n"))

    assert not {rule for rule in ids if rule.startswith("danger/")}
