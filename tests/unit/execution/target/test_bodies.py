"""Function bodies are judged like the statement that makes the function."""

from __future__ import annotations

import pytest

from execution.failures import PermanentFailure
from execution.target.statements import split_statements

TRIGGER = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ {} $$"
FINE = [
    (
        "DECLARE a seeds%ROWTYPE; n integer := 1; BEGIN SELECT * INTO a FROM seeds; n := n + 1; NEW.price = a.price;"
        " IF n = 2 THEN RAISE EXCEPTION 'no %', n; END IF; RETURN NEW; END"
    ),
    "BEGIN FOR i IN 1..3 LOOP UPDATE seeds SET price = i; END LOOP; DELETE FROM log; RETURN NULL; END",
]
REFUSED = {
    "BEGIN EXECUTE 'ALTER ROLE CURRENT_USER PASSWORD ''x'''; RETURN NEW; END": "EXECUTE in a function body",
    "DECLARE r record; BEGIN FOR r IN EXECUTE 'x' LOOP NULL; END LOOP; RETURN NEW; END": "EXECUTE in a function body",
    "BEGIN PERFORM pg_terminate_backend(1); RETURN NEW; END": "reaches outside",
    "DECLARE x text := pg_read_file('/etc/passwd'); BEGIN RETURN NEW; END": "reaches outside",
    "BEGIN NEW.price := lo_create(7); RETURN NEW; END": "reaches outside",
    "BEGIN COPY seeds TO PROGRAM 'id'; RETURN NEW; END": "read and change rows, and nothing else",
    "BEGIN SET LOCAL lock_timeout = 0; RETURN NEW; END": "read and change rows, and nothing else",
    "BEGIN CREATE ROLE helper; RETURN NEW; END": "read and change rows, and nothing else",
    "BEGIN DROP DATABASE x; RETURN NEW; END": "read and change rows, and nothing else",
    "BEGIN DELETE FROM fsarsite.applied_changes; RETURN NEW; END": "our ledger",
    "BEGIN COMMIT; RETURN NEW; END": "ends transactions",
    "BEGIN this is not code": "does not parse",
}


@pytest.mark.parametrize("body", FINE)
def test_split_statements_lets_bodies_that_work_on_rows_pass(body: str) -> None:
    assert len(split_statements(TRIGGER.format(body))) == 1


@pytest.mark.parametrize(("body", "reason"), REFUSED.items())
def test_split_statements_refuses_bodies_that_reach_further(body: str, reason: str) -> None:
    with pytest.raises(PermanentFailure, match=reason):
        split_statements(TRIGGER.format(body))


@pytest.mark.parametrize(
    "text",
    [
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'GRANT ALL ON seeds TO PUBLIC'",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SELECT pg_sleep_for(''1 h'')'",
        "CREATE FUNCTION f() RETURNS oid LANGUAGE sql BEGIN ATOMIC SELECT lo_create(7); END",
        "CREATE FUNCTION f() RETURNS integer LANGUAGE sql SET statement_timeout = 0 AS 'SELECT 1'",
    ],
)
def test_split_statements_refuses_the_same_of_functions_in_sql(text: str) -> None:
    with pytest.raises(PermanentFailure, match="not run: "):
        split_statements(text)
