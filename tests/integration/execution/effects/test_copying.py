"""What a scratch copy holds of a target that is too big to copy, or whose rows may not leave it as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from execution.failures import PermanentFailure
from execution.rehearsal.proposals import rehearse_proposal
from execution.target.copying import choice, sample, subjects
from execution.target.copying.transfer import Copied, How
from execution.target.rehearsal import Rehearsal, rehearse
from execution.target.scratch import Scratch, scratch_copy
from execution.target.statements import split_statements
from tests.factories.proposals import submit
from tests.factories.reports import create_report, file_proposal
from tests.integration.execution.effects.conftest import made_target
from tests.integration.execution.effects.target import Target

SHOP = """
CREATE TABLE customers (id integer PRIMARY KEY, email text UNIQUE NOT NULL, state text NOT NULL DEFAULT 'open'
    CHECK (state IN ('open', 'closed')), born date, raised_by integer REFERENCES customers, facts jsonb, logo xml);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer integer NOT NULL
    REFERENCES customers ON DELETE CASCADE, email text REFERENCES customers (email), total numeric(10, 2) NOT NULL,
    twice numeric GENERATED ALWAYS AS (total * 2) STORED);
CREATE TABLE days (day date, visits integer, PRIMARY KEY (day)) PARTITION BY RANGE (day);
CREATE TABLE days_2025 PARTITION OF days FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE days_2026 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE "Odd ""one"" %" ("a b" text);
INSERT INTO customers SELECT n, 'person' || n || '@shop.invalid', CASE WHEN n % 2 = 0 THEN 'open' ELSE 'closed' END,
    date '1990-05-05' + n, NULLIF(n / 2, 0), jsonb_build_object('city', 'Ulm', 'n', n)
    FROM generate_series(1, 3000) AS n;
INSERT INTO orders (customer, email, total)
    SELECT 1 + n % 3000, 'person' || 1 + n % 3000 || '@shop.invalid', n FROM generate_series(1, 9000) AS n;
INSERT INTO days SELECT date '2025-01-01' + n, n FROM generate_series(0, 700) AS n;
INSERT INTO "Odd ""one"" %" VALUES ('x');
ANALYZE
"""
STRICT = """
CREATE TABLE codes (id integer PRIMARY KEY, name text CHECK (name ~ '^ab+$'));
INSERT INTO codes VALUES (1, 'abb')
"""
CUSTOMERS, ORDERS = '"public"."customers"', '"public"."orders"'


@pytest.fixture(scope="module")
def made() -> Iterator[Target]:
    with made_target(SHOP) as target:
        yield target


@pytest.fixture
def shop(made: Target, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Target:
    """A target of which only a little fits into a copy; no test changes it."""
    settings.TARGET_DATABASE_URL = made.url
    monkeypatch.setattr(choice, "MOST_BYTES", 20_000)
    monkeypatch.setattr(sample, "SAMPLE_ROWS", 40)
    return made


@contextmanager
def copy_for(text: str) -> Iterator[tuple[Scratch, psycopg.Connection[tuple[Any, ...]]]]:
    with scratch_copy(uuid4(), [split_statements(text)]) as scratch, psycopg.connect(scratch.conninfo) as connection:
        yield scratch, connection


def rehearsed(text: str) -> Rehearsal:
    return rehearse(uuid4(), split_statements(text))


def test_sample_holds_the_rows_that_the_change_is_about_and_what_belongs_to_them(shop: Target) -> None:
    with copy_for("DELETE FROM customers WHERE id = 1234") as (scratch, copy):
        orders = copy.execute("SELECT id FROM orders WHERE customer = 1234 ORDER BY id").fetchall()
        raised = copy.execute("SELECT id FROM customers WHERE id IN (617, 308, 154, 77, 2468, 2469)").fetchall()
        odd = copy.execute('SELECT * FROM "Odd ""one"" %"').fetchall()
        broken = copy.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated").fetchall()

    assert orders == shop.ask("SELECT id FROM orders WHERE customer = 1234 ORDER BY id")
    assert len(raised) == 6  # those that it refers to in turn, and the two that refer to it
    assert odd == [("x",)]
    assert broken == []
    assert scratch.copied[CUSTOMERS].how is How.SAMPLED
    assert scratch.copied[ORDERS].of == 9000
    assert 43 <= scratch.copied[ORDERS].rows < 9000
    assert '"public"."Odd ""one"" %"' not in scratch.copied  # small enough, so it is all there


def test_sample_that_cannot_hold_all_that_is_referred_to_leaves_out_who_refers(
    shop: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "MOST_SAMPLED", 60)

    with copy_for("UPDATE orders SET total = 1 WHERE id = 5") as (scratch, copy):
        broken = copy.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated").fetchall()
        [(rows,)] = copy.execute("SELECT count(*) FROM customers").fetchall()

    assert scratch.trouble == ""
    assert broken == []
    assert scratch.copied[CUSTOMERS].rows == rows <= 60


def test_rehearse_on_a_sample_touches_the_rows_that_the_run_will_touch(shop: Target) -> None:
    done = rehearsed("UPDATE orders SET total = total + 1 WHERE id BETWEEN 100 AND 149")

    assert (done.result, done.reversibility, done.doubt) == ("passed", 2, "")
    assert done.effects.rows["public.orders"] == 50
    assert done.copied[ORDERS].how is How.SAMPLED
    assert done.sizes[ORDERS] == 4


def test_rehearse_on_a_sample_without_a_row_to_touch_is_not_representative(shop: Target) -> None:
    done = rehearsed(
        "UPDATE orders SET total = 0 FROM customers WHERE customers.id = orders.customer AND orders.id = -1"
    )

    assert (done.result, done.reversibility) == ("not_representative", 3)
    assert "touches none of the" in done.doubt


def test_rehearse_on_a_sample_refuses_what_could_not_be_kept_of_the_whole(
    shop: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subjects, "MOST_ROWS", 100)

    with pytest.raises(PermanentFailure, match="100 is the most that is kept"):
        rehearsed("UPDATE orders SET total = 0 WHERE id > 100")
    with pytest.raises(PermanentFailure, match="100 is the most that is kept"):
        rehearsed("ALTER TABLE orders DROP COLUMN email")


@pytest.mark.parametrize(
    "where", ["pg_sleep(3600) IS NULL", "EXISTS (SELECT FROM days)", "public.sly(id)", "random() < 2"]
)
def test_subjects_are_looked_for_by_plain_conditions_only(where: str) -> None:
    [node] = [statement.node for statement in split_statements("DELETE FROM orders WHERE id = 1")]
    node.whereClause = __import__("pglast").parse_sql(f"DELETE FROM orders WHERE {where}")[0].stmt.whereClause

    assert subjects._condition(node) is None


def test_masked_copy_keeps_codes_and_keys_but_nobody(shop: Target, settings: Any) -> None:
    settings.REHEARSAL_ROWS = "masked"

    with copy_for("DELETE FROM customers WHERE id = 7") as (scratch, copy):
        rows = copy.execute("SELECT email, state, born, facts FROM customers").fetchall()
        joined = copy.execute("SELECT count(*) FROM orders JOIN customers USING (email)").fetchone()
        [(orders,)] = copy.execute("SELECT count(*) FROM orders").fetchall()

    assert scratch.copied[CUSTOMERS].masked == ("email", "facts", "logo")
    assert not [email for email, *_ in rows if email.startswith("person") or email.endswith("@shop.invalid")]
    assert {state for _, state, *_ in rows} == {"open", "closed"}
    assert all(facts["city"] != "Ulm" and isinstance(facts["n"], int) for *_, facts in rows)
    assert joined == (orders,)
    assert orders >= 3


def test_copy_without_a_true_row_is_made_up_and_proves_only_the_shape(shop: Target, settings: Any) -> None:
    settings.REHEARSAL_ROWS = "made-up"

    done = rehearsed("UPDATE customers SET state = 'open'; ALTER TABLE orders ADD COLUMN note text")

    assert done.effects.rows["public.customers"] == 1000
    assert done.copied == {
        CUSTOMERS: Copied(How.MADE_UP, 1000, 3000),
        ORDERS: Copied(How.MADE_UP, 1000, 9000),
    }
    assert (done.result, done.doubt) == ("not_representative", f"the copy held only made-up rows of {CUSTOMERS}")


def test_rehearse_where_rows_do_not_fit_the_masks_makes_them_up(shop: Target, settings: Any) -> None:
    settings.REHEARSAL_ROWS = "masked"
    with made_target(STRICT) as target:
        settings.TARGET_DATABASE_URL = target.url
        done = rehearsed("ALTER TABLE codes ADD COLUMN a integer")

    assert done.result == "not_representative"
    assert "no rows" in done.doubt or "made-up" in done.doubt


@pytest.mark.django_db
def test_rehearse_proposal_on_another_server_masks_rows_and_is_done_by_its_own_role(
    shop: Target, settings: Any
) -> None:
    own = settings.DATABASES["default"]
    settings.REHEARSAL_DATABASE_URL = make_conninfo(
        host=own["HOST"], port=own["PORT"] or 5432, user=own["USER"], password=own["PASSWORD"], dbname="fsarsite"
    )

    with copy_for("DELETE FROM customers WHERE id = 7") as (scratch, copy):
        role = copy.execute("SELECT current_user::text").fetchone()

    assert role == (own["USER"],)
    assert scratch.copied[CUSTOMERS].masked


@pytest.mark.django_db
def test_rehearse_proposal_with_the_other_server_down_is_a_failed_rehearsal(shop: Target, settings: Any) -> None:
    settings.REHEARSAL_DATABASE_URL = "postgresql://nobody@127.0.0.1:9/nowhere"
    report = create_report(proposal=file_proposal("db/change.sql", "ALTER TABLE orders ADD COLUMN a int"))

    [certificate] = rehearse_proposal(submit(report).proposal.pk)

    assert certificate.result == "failed"
    assert "REHEARSAL_DATABASE_URL does not answer" in certificate.error
