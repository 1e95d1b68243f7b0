"""Sixty SQL proposals: thirty run and are rolled back exactly, thirty are refused or fail and leave no trace.

Each walks the whole way: submitted, rehearsed, approved, run, rolled back by a person. After every one the target is
compared by pg_dump, and by fingerprint and checksums of our own. ``-s`` prints the tally.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from execution.models import ExecutionTask, Rollback
from execution.rehearsal.proposals import rehearse_proposal
from execution.services.rollback import roll_back_task
from execution.states import TaskStatus
from execution.target import connection
from proposals.models import Proposal
from proposals.services import approve_proposal, reopen_proposal
from proposals.states import Status
from tests.factories import create_user
from tests.factories.proposals import approval_of, submit
from tests.factories.reports import create_report, file_proposal
from tests.factories.tasks import run_task
from tests.integration.execution.effects.conftest import SharedTargets, made_target
from tests.integration.execution.effects.target import Target, looks

pytestmark = pytest.mark.django_db

SHOP = """
CREATE TYPE state AS ENUM ('open', 'paid', 'sent');
CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL, email text UNIQUE, tags text[] DEFAULT '{}');
CREATE TABLE orders (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer integer NOT NULL REFERENCES customers ON DELETE CASCADE,
    total numeric(10, 2) NOT NULL CHECK (total >= 0), twice numeric GENERATED ALWAYS AS (total * 2) STORED,
    state state NOT NULL DEFAULT 'open', note json, placed_at timestamptz NOT NULL DEFAULT '2026-01-01', old_code text
);
COMMENT ON COLUMN orders.old_code IS 'of the first shop';
CREATE INDEX orders_by_code ON orders (old_code) WHERE old_code <> '';
CREATE TABLE lines (
    "order" integer REFERENCES orders ON DELETE CASCADE, place integer, item text, PRIMARY KEY ("order", place)
);
CREATE TABLE coupons (code text PRIMARY KEY, customer integer REFERENCES customers ON DELETE SET NULL, used bytea);
CREATE TABLE touched (id integer PRIMARY KEY, price integer, changed_at timestamptz);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.changed_at := clock_timestamp(); RETURN NEW; END $$;
CREATE TRIGGER touching BEFORE INSERT OR UPDATE ON touched FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TABLE stubborn (id integer PRIMARY KEY, price integer);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF TG_OP = 'UPDATE' THEN NEW.price := OLD.price; RETURN NEW; END IF; RETURN NULL; END $$;
INSERT INTO stubborn VALUES (1, 10), (2, 20);
CREATE TRIGGER refusing BEFORE INSERT OR UPDATE OR DELETE ON stubborn FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TABLE log (line text);
INSERT INTO customers VALUES (1, 'Ada', 'ada@shop.invalid', '{a,"b c"}'), (2, 'Ben', NULL, NULL),
    (3, 'Größe ''✓''', 'c@shop.invalid', '{}');
INSERT INTO orders (customer, total, state, note, old_code) VALUES (1, 12.50, 'paid', '{"b": 1,  "a": [1, 1]}', 'x-1'),
    (1, 0.10, 'open', NULL, NULL), (2, 99999999.99, 'sent', 'null', '');
INSERT INTO lines VALUES (1, 1, 'bean'), (1, 2, 'pea'), (3, 1, NULL);
INSERT INTO coupons VALUES ('A', 1, '\\x00ff'), ('B', 2, NULL);
INSERT INTO touched VALUES (1, 10), (2, 20);
INSERT INTO log VALUES ('one'), ('one'), (NULL);
"""


@dataclass(frozen=True, slots=True)
class Reversed:
    """``is_dump_exact`` is False where a column comes back as the last one: then names decide, not places."""

    text: str
    is_dump_exact: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """``meanwhile`` happens between rehearsal and run, ``during`` stays open while it runs, ``later`` after the run."""

    text: str
    reason: str
    meanwhile: str = ""
    during: str = ""
    later: str = ""


REVERSED = {
    "add a column": Reversed("ALTER TABLE orders ADD COLUMN ai_model varchar(255)"),
    "add columns with defaults": Reversed(
        "ALTER TABLE orders ADD COLUMN a int DEFAULT 7, ADD COLUMN b jsonb DEFAULT '{}'"
    ),
    "create tables that refer": Reversed(
        "CREATE TABLE gifts (id serial PRIMARY KEY, customer int REFERENCES customers);CREATE INDEX ON gifts (customer)"
    ),
    "create a table with rows": Reversed(
        "CREATE TABLE rates (c text PRIMARY KEY, r numeric); INSERT INTO rates VALUES ('EUR', 1), ('SEK', 11.2)"
    ),
    "create a view": Reversed("CREATE VIEW paid AS SELECT id, total FROM orders WHERE state = 'paid'"),
    "create an index": Reversed("CREATE INDEX by_state ON orders (state, placed_at DESC)"),
    "create and drop indexes concurrently": Reversed(
        "CREATE INDEX CONCURRENTLY by_total ON orders (total); DROP INDEX CONCURRENTLY orders_by_code"
    ),
    "create a function and a trigger": Reversed(
        "CREATE FUNCTION loud() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"
        "CREATE TRIGGER loudly AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION loud()"
    ),
    "add constraints": Reversed("ALTER TABLE customers ADD CONSTRAINT named CHECK (name <> ''), ADD UNIQUE (name)"),
    "set defaults and not null": Reversed(
        "ALTER TABLE coupons ALTER COLUMN used SET DEFAULT '\\x'; ALTER TABLE log ADD COLUMN n int;"
        "ALTER TABLE orders ALTER COLUMN placed_at DROP NOT NULL"
    ),
    "rename": Reversed("ALTER TABLE orders RENAME COLUMN old_code TO code; ALTER TABLE orders RENAME TO purchases"),
    "comment": Reversed("COMMENT ON TABLE orders IS 'what was bought'; COMMENT ON COLUMN orders.old_code IS NULL"),
    "insert rows": Reversed("INSERT INTO customers VALUES (7, 'Dan', NULL, '{x}'), (8, 'Eve', 'e@shop.invalid', NULL)"),
    "insert or update rows": Reversed(
        "INSERT INTO customers VALUES (1, 'Ada B.', NULL), (9, 'Fay', NULL)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = NULL"
    ),
    "insert what is missing": Reversed("INSERT INTO coupons VALUES ('A', 3), ('C', 3) ON CONFLICT DO NOTHING"),
    "insert from a query": Reversed("INSERT INTO lines SELECT id, 9, state::text FROM orders"),
    "update every row": Reversed("UPDATE orders SET total = total * 85 / 100"),
    "update some rows": Reversed("UPDATE customers SET tags = tags || '{new}', email = lower(email) WHERE id < 3"),
    "update from another table": Reversed(
        "UPDATE orders AS o SET old_code = c.name FROM customers c WHERE c.id = o.customer"
    ),
    "update what a trigger stamps": Reversed("UPDATE touched SET price = price + 1 WHERE id = 2"),
    "delete rows of a small table": Reversed("DELETE FROM lines WHERE item IS NULL"),
    "delete rows without a key": Reversed("DELETE FROM log WHERE line = 'one'"),
    "delete rows and what refers to them": Reversed("DELETE FROM customers WHERE id <= 2"),
    "delete in two tables": Reversed("WITH gone AS (DELETE FROM coupons RETURNING *) DELETE FROM lines USING gone"),
    "truncate": Reversed("TRUNCATE log, lines"),
    "drop a table": Reversed("DROP TABLE lines"),
    "drop a table and make it anew": Reversed(
        "DROP TABLE coupons; CREATE TABLE coupons (code text PRIMARY KEY, worth int);"
        "INSERT INTO coupons VALUES ('Z', 1)"
    ),
    "drop a column": Reversed("ALTER TABLE orders DROP COLUMN old_code", is_dump_exact=False),
    "change the type of a column": Reversed("ALTER TABLE touched ALTER COLUMN price TYPE text USING 'about ' || price"),
    "many steps": Reversed(
        "BEGIN; ALTER TABLE orders ADD COLUMN vat numeric; UPDATE orders SET vat = total / 5; DELETE FROM coupons;"
        "UPDATE orders SET vat = 0 WHERE id = 2; DROP INDEX orders_by_code;"
        "ALTER TABLE customers RENAME TO people; INSERT INTO people VALUES (5, 'Gus'); COMMIT"
    ),
}
REFUSED = {
    "text that does not parse": Refused("CREATE TABLE a (id int,)", "does not parse"),
    "a block of code": Refused("DO $$ BEGIN DELETE FROM orders; END $$", "a DO block"),
    "a program": Refused("COPY orders TO PROGRAM 'id'", "COPY"),
    "a file": Refused("INSERT INTO coupons SELECT pg_read_file('/etc/passwd')", "reaches outside"),
    "a role": Refused("CREATE ROLE helper SUPERUSER", "roles belong"),
    "a database": Refused("DROP DATABASE postgres", "cannot run inside a transaction"),
    "a setting": Refused("SET lock_timeout = 0; DELETE FROM log", "settings are ours"),
    "a commit in the middle": Refused("DELETE FROM log; COMMIT; DELETE FROM lines", "one transaction of ours"),
    "our ledger": Refused("DELETE FROM fsarsite.applied_changes", "our ledger"),
    "a cascade": Refused("DROP TABLE customers CASCADE", "CASCADE"),
    "rights": Refused("GRANT ALL ON orders TO PUBLIC", "no way back is known"),
    "a table that others refer to": Refused("DROP TABLE customers", "other objects depend on it"),
    "rows without a key": Refused("UPDATE log SET line = 'two'", "no primary key"),
    "more rows than are kept": Refused(
        "CREATE TABLE many AS SELECT n FROM generate_series(1, 100001) AS n; DELETE FROM many", "100000 is the most"
    ),
    "a rule that rows break": Refused(
        "ALTER TABLE orders ADD CONSTRAINT dear CHECK (total > 1)", "is violated by some row"
    ),
    "a function that does more than it says": Refused(
        "CREATE FUNCTION sly() RETURNS int LANGUAGE plpgsql AS $$ BEGIN UPDATE orders SET total = 0; RETURN 6; END $$;"
        "INSERT INTO customers VALUES (sly(), 'sly')",
        "other rows in",
    ),
    "an update that a trigger turns down": Refused(
        "UPDATE stubborn SET price = 5 WHERE id = 1", "postcondition failed"
    ),
    "a delete that a trigger turns down": Refused("DELETE FROM stubborn WHERE id = 1", "postcondition failed"),
    "an insert that a trigger turns down": Refused("INSERT INTO stubborn VALUES (3, 30)", "postcondition failed"),
    "a lock on the table": Refused(
        "ALTER TABLE orders ADD COLUMN a int", "lock timeout", during="LOCK TABLE orders IN ACCESS SHARE MODE"
    ),
    "a lock on a row": Refused(
        "UPDATE orders SET total = 1", "lock timeout", during="SELECT FROM orders WHERE id = 2 FOR UPDATE"
    ),
    "another change of ours": Refused(
        "DELETE FROM lines", "lock timeout", during=f"SELECT pg_advisory_xact_lock({connection.LOCK})"
    ),
    "a column that came meanwhile": Refused(
        "UPDATE orders SET total = 1", "stale: .*its schema is another", meanwhile="ALTER TABLE orders ADD COLUMN b int"
    ),
    "an index that went meanwhile": Refused(
        "ALTER TABLE orders ADD COLUMN a int", "stale: .*its schema is another", meanwhile="DROP INDEX orders_by_code"
    ),
    "rows that came meanwhile": Refused(
        "DELETE FROM lines",
        "stale: .*another order of magnitude",
        meanwhile="INSERT INTO lines SELECT 2, n, 'x' FROM generate_series(1, 50) AS n",
    ),
    "an updated row that changed since": Refused(
        "UPDATE orders SET total = 1 WHERE id < 3",
        r"1 of the 2 rows .* changed or deleted since: .*\(2\)",
        later="UPDATE orders SET total = 2 WHERE id = 2",
    ),
    "a deleted row that came again": Refused(
        "DELETE FROM lines WHERE place = 2",
        r"came since with the keys .*: .*\(1, 2\)",
        later="INSERT INTO lines VALUES (1, 2, 'mine')",
    ),
    "rows in a table that was made anew": Refused(
        "DROP TABLE lines; CREATE TABLE lines (id int)", "holds 1 rows", later="INSERT INTO lines VALUES (1)"
    ),
    "a value of the new type": Refused(
        "ALTER TABLE touched ALTER COLUMN price TYPE text",
        r"2 rows of .* hold values in .*: .*\(1\)",
        later="UPDATE touched SET price = 'free'",
    ),
    "what was kept is gone": Refused(
        "DELETE FROM coupons",
        "what was kept of",
        later="DO $$ BEGIN EXECUTE (SELECT format('DELETE FROM fsarsite.%I',"
        " relname) FROM pg_class WHERE relname LIKE 'prior%'); END $$",
    ),
}
TALLY: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def tally() -> Iterator[None]:
    yield
    print(f"\nSQL suite: {', '.join(f'{count} {what}' for what, count in sorted(TALLY.items()))}")


@pytest.fixture
def shop(settings: Any) -> Iterator[Target]:
    """A target of the test's own."""
    with made_target(SHOP) as made:
        settings.TARGET_DATABASE_URL = made.url
        yield made


@pytest.fixture
def standing_shop(shared_targets: SharedTargets, settings: Any) -> Iterator[Target]:
    """A target that must look the same after the test, to pg_dump."""
    with shared_targets.borrowed(SHOP) as borrowed:
        settings.TARGET_DATABASE_URL = borrowed.url
        yield borrowed


def approved_task(text: str, shop: Target, meanwhile: str = "") -> ExecutionTask:
    """Submitted, rehearsed and approved, as it comes to a worker."""
    proposal = submit(create_report(proposal=file_proposal("db/change.sql", text), block_execution=True)).proposal
    rehearse_proposal(proposal.pk)
    if meanwhile:
        shop.ask(meanwhile)  # type: ignore[arg-type]
    proposal = Proposal.objects.get(pk=proposal.pk)
    if proposal.status == Status.RETURNED:
        reopen_proposal(proposal_id=proposal.pk, by=create_user(), note="Let it show what it does.")
    proposal = Proposal.objects.get(pk=proposal.pk)
    approve_proposal(**approval_of(proposal), by=create_user(), note="Seen and understood.")
    return proposal.tasks.get(parent=None)


def test_the_suite_has_thirty_of_each() -> None:
    assert (len(REVERSED), len(REFUSED)) == (30, 30)


EXACT = {name: case for name, case in REVERSED.items() if case.is_dump_exact}
INEXACT = {name: case for name, case in REVERSED.items() if not case.is_dump_exact}
UNTOUCHED = {name: case for name, case in REFUSED.items() if not (case.meanwhile or case.later)}
DRIFTING = {name: case for name, case in REFUSED.items() if case.meanwhile or case.later}


@pytest.mark.parametrize("case", EXACT.values(), ids=EXACT.keys())
def test_sql_that_runs_is_rolled_back_exactly(standing_shop: Target, case: Reversed) -> None:
    run_and_roll_back(standing_shop, case.text)


@pytest.mark.parametrize("case", INEXACT.values(), ids=INEXACT.keys())
def test_sql_that_runs_is_rolled_back_to_the_same_names(shop: Target, case: Reversed) -> None:
    run_and_roll_back(shop, case.text)


def run_and_roll_back(shop: Target, text: str) -> None:
    seen = looks(shop)

    task = run_task(approved_task(text, shop))
    during = looks(shop)
    rollback = roll_back_task(task_id=task.pk, by=create_user(), reason="The suite takes everything back.")

    assert (task.status, task.error) == (TaskStatus.SUCCEEDED, "")
    assert task.result["outcome"] == "applied"
    assert task.result["rehearsal"]["certificate"]
    assert during != seen
    assert (rollback.outcome, rollback.detail) == (Rollback.Outcome.DONE, "")
    assert looks(shop) == seen
    TALLY["passed and were rolled back exactly"] += 1


@pytest.mark.parametrize("case", UNTOUCHED.values(), ids=UNTOUCHED.keys())
def test_sql_that_must_not_run_leaves_no_trace(
    standing_shop: Target, case: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = looks(standing_shop)
    task = approved_task(case.text, standing_shop)
    monkeypatch.setitem(connection.LIMITS, "lock_timeout", "200ms")

    with ExitStack() as open_work:
        if case.during:
            other = open_work.enter_context(psycopg.connect(standing_shop.url))
            other.execute(case.during.encode())
        task = run_task(task)

    assert task.status == TaskStatus.FAILED
    assert looks(standing_shop) == seen
    assert re.search(case.reason, task.error), task.error
    TALLY["were refused or failed safely"] += 1


@pytest.mark.parametrize("case", DRIFTING.values(), ids=DRIFTING.keys())
def test_sql_on_a_target_that_others_change_leaves_their_work_alone(shop: Target, case: Refused) -> None:
    task = approved_task(case.text, shop, case.meanwhile)
    expected = (shop.dump(), looks(shop)) if case.meanwhile else None

    task = run_task(task)
    said = task.error
    if case.later:
        shop.ask(case.later)  # type: ignore[arg-type]
        expected = shop.dump(), looks(shop)
        rollback = roll_back_task(task_id=task.pk, by=create_user(), reason="The suite takes everything back.")
        assert rollback.outcome == Rollback.Outcome.REFUSED
        said = rollback.detail

    assert task.status == (TaskStatus.SUCCEEDED if case.later else TaskStatus.FAILED)
    assert (shop.dump(), looks(shop)) == expected
    assert re.search(case.reason, said), said
    TALLY["were refused or failed safely"] += 1
