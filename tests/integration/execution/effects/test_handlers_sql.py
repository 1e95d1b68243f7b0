"""The SQL handler against a real target."""

from __future__ import annotations

import pytest

from execution.handlers import handler_for
from tests.factories.tasks import create_sql_task
from tests.integration.execution.effects.target import Target

pytestmark = pytest.mark.django_db

UNDOABLE = {
    "add a column": "ALTER TABLE execution_tasks ADD COLUMN ai_model VARCHAR(255);",
    "add a column with a default": "ALTER TABLE seeds ADD COLUMN stock integer NOT NULL DEFAULT 0",
    "add a numeric column with a default": "ALTER TABLE seeds ADD COLUMN weight numeric(10, 3) DEFAULT 1",
    "add a json column with a default": "ALTER TABLE seeds ADD COLUMN tags json DEFAULT '{}'",
    "add a column that is always new": "ALTER TABLE seeds ADD COLUMN made_at timestamptz DEFAULT clock_timestamp()",
    "add a serial column": "ALTER TABLE seeds ADD COLUMN number serial",
    "add a generated column": "ALTER TABLE seeds ADD COLUMN twice numeric GENERATED ALWAYS AS (price * 2) STORED",
    "add a column that refers": "ALTER TABLE seeds ADD COLUMN task integer REFERENCES execution_tasks UNIQUE",
    "add two columns": "ALTER TABLE seeds ADD COLUMN a integer, ADD COLUMN b text CHECK (b <> '')",
    "a comment with words outside ASCII": "-- größer ✓\nALTER TABLE seeds ADD COLUMN größe integer; -- ✓",
    "create a table": "CREATE TABLE orders (id bigserial PRIMARY KEY, seed integer REFERENCES seeds (id))",
    "create a table and what belongs to it": (
        "BEGIN; CREATE TABLE public.orders (id integer PRIMARY KEY, seed integer);"
        "CREATE INDEX ON orders (seed); ALTER TABLE orders ADD FOREIGN KEY (seed) REFERENCES seeds (id);"
        "INSERT INTO orders VALUES (1, 1), (2, NULL); COMMENT ON TABLE orders IS 'who wants what'; COMMIT;"
    ),
    "create a table from rows": "CREATE TABLE kept AS SELECT * FROM seeds",
    "create a view": "CREATE VIEW names AS SELECT name FROM seeds; SELECT 1",
    "create a materialized view": "CREATE MATERIALIZED VIEW names AS SELECT name FROM seeds",
    "create an index without a name": "CREATE UNIQUE INDEX ON seeds (name, price)",
    "create types": "CREATE TYPE mood AS ENUM ('fine'); CREATE DOMAIN euros AS numeric; CREATE TYPE pair AS (a int)",
    "create a sequence": "CREATE SEQUENCE numbers START 5",
    "create a schema with a table": 'CREATE SCHEMA "Odd Name"; CREATE TABLE "Odd Name"."a""b" ("c;d" integer)',
    "create functions and a trigger": (
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"
        "CREATE FUNCTION half(value numeric) RETURNS numeric LANGUAGE sql AS 'SELECT value / 2';"
        "CREATE TRIGGER touched BEFORE UPDATE ON seeds FOR EACH ROW EXECUTE FUNCTION touch()"
    ),
    "replace a function": (
        "CREATE OR REPLACE FUNCTION half(value integer) RETURNS integer LANGUAGE sql AS 'SELECT value >> 1'"
    ),
    "set and drop defaults": (
        "ALTER TABLE seeds ALTER COLUMN price SET DEFAULT 1.5;"
        "ALTER TABLE execution_tasks ALTER COLUMN duration_ms DROP DEFAULT"
    ),
    "set and drop not null": (
        "ALTER TABLE seeds ALTER price SET NOT NULL; ALTER TABLE execution_tasks ALTER COLUMN type DROP NOT NULL"
    ),
    "add a primary key": "ALTER TABLE notes ADD COLUMN id serial; ALTER TABLE notes ADD PRIMARY KEY (id)",
    "add constraints": (
        "ALTER TABLE seeds ADD CONSTRAINT named CHECK (name <> ''), ADD UNIQUE (name);"
        "ALTER TABLE seeds ADD CONSTRAINT later CHECK (price < 100) NOT VALID"
    ),
    "drop what can be made again": (
        "ALTER TABLE seeds DROP CONSTRAINT seeds_price; DROP INDEX seeds_by_name; DROP VIEW cheap_seeds"
    ),
    "rename": (
        "ALTER TABLE seeds RENAME COLUMN price TO cost; ALTER TABLE seeds RENAME TO grains;"
        "ALTER INDEX seeds_by_name RENAME TO grains_by_name; ALTER TABLE grains RENAME CONSTRAINT seeds_price TO p"
    ),
    "comment": (
        "COMMENT ON COLUMN seeds.price IS 'in ''cents'''; COMMENT ON TABLE seeds IS 'x';"
        "COMMENT ON VIEW cheap_seeds IS 'y'"
    ),
    "insert": "INSERT INTO seeds AS s (id, name) VALUES (3, 'corn'), (4, 'it''s') ON CONFLICT DO NOTHING -- two",
    "insert into a new column": (
        "ALTER TABLE seeds ADD COLUMN note text; INSERT INTO seeds VALUES (9, 'x', 1, now(), 'y')"
    ),
}


@pytest.mark.parametrize("text", UNDOABLE.values(), ids=UNDOABLE.keys())
def test_roll_back_leaves_the_target_as_it_was(target: Target, text: str) -> None:
    before, task = target.dump(), create_sql_task(text)
    handler = handler_for("sql")

    execution = handler.execute(task)
    during = target.dump()
    handler.roll_back(task, execution.artifact)

    assert execution.result["outcome"] == "applied"
    assert during != before
    assert target.dump() == before
