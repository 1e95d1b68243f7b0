"""What locks a table that is in use, and what nobody waits for."""

from __future__ import annotations

import pytest

from proposals.gate import Outcome
from tests.unit.proposals.gate.proposed import file_of, plan_of, rule_ids, rule_lines, verdict_of

SEEN = [
    ("CREATE INDEX a_b ON a (b);", "lock/index"),
    ("CREATE UNIQUE INDEX ON a (b);", "lock/index"),
    ("ALTER TABLE a ADD COLUMN b uuid DEFAULT gen_random_uuid();", "lock/rewrite"),
    ("ALTER TABLE a ADD COLUMN b bigserial;", "lock/rewrite"),
    ("ALTER TABLE a ADD COLUMN b int GENERATED ALWAYS AS IDENTITY;", "lock/rewrite"),
    ("ALTER TABLE a ADD COLUMN b int NOT NULL;", "lock/not-null-column"),
    ("ALTER TABLE a ADD COLUMN b int UNIQUE;", "lock/unique-constraint"),
    ("ALTER TABLE a ADD CONSTRAINT c FOREIGN KEY (b) REFERENCES d (id);", "lock/constraint"),
    ("ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0);", "lock/constraint"),
    ("ALTER TABLE a ADD CONSTRAINT c UNIQUE (b);", "lock/unique-constraint"),
    ("ALTER TABLE a ALTER COLUMN b SET NOT NULL;", "lock/set-not-null"),
    ("ALTER TABLE a RENAME COLUMN b TO c;", "lock/rename"),
    ("ALTER TABLE a RENAME TO b;", "lock/rename"),
    ("ALTER TABLE a ALTER COLUMN b TYPE bigint;", "danger/sql-change-type"),
]
NOT_SEEN = [
    "CREATE TABLE a (b int);\nCREATE INDEX a_b ON a (b);\nCREATE UNIQUE INDEX ON a (b);",
    "CREATE TABLE IF NOT EXISTS a (b int);\nCREATE INDEX IF NOT EXISTS a_b ON a (b);",
    "CREATE TABLE a (b int);\nALTER TABLE a ADD CONSTRAINT c CHECK (b > 0);\nALTER TABLE a ALTER b SET NOT NULL;",
    "CREATE INDEX CONCURRENTLY a_b ON a (b);",
    "ALTER TABLE a ADD COLUMN b text;",
    "ALTER TABLE a ADD COLUMN b int NOT NULL DEFAULT 0;",
    "ALTER TABLE a ADD COLUMN b timestamptz NOT NULL DEFAULT now();",
    "ALTER TABLE a ADD CONSTRAINT c FOREIGN KEY (b) REFERENCES d (id) NOT VALID;",
    "ALTER TABLE a ADD CONSTRAINT c UNIQUE USING INDEX a_b;",
    "ALTER TABLE a VALIDATE CONSTRAINT c;",
    "ALTER INDEX a_b RENAME TO a_c;",
]


@pytest.mark.parametrize(("statement", "rule"), SEEN)
def test_sql_locks_asks_for_a_person(statement: str, rule: str) -> None:
    report = file_of("a.sql", f"-- later\n{statement}\n")

    assert (rule, 2) in rule_lines(report)
    assert verdict_of(report).outcome is Outcome.NEEDS_MITIGATION


@pytest.mark.parametrize("statements", NOT_SEEN)
def test_sql_locks_lets_through(statements: str) -> None:
    seen = rule_ids(file_of("a.sql", f"{statements}\n"))

    assert not [rule for rule in seen if rule.startswith("lock/")]


def test_sql_locks_sees_the_sql_of_plans() -> None:
    report = plan_of("Speed it up.\n\n```sql\nCREATE INDEX a_b ON a (b);\n```\n")

    assert ("lock/index", 4) in rule_lines(report)


@pytest.mark.parametrize(
    ("text", "is_stopped"),
    [
        ("BEGIN;\nCREATE INDEX CONCURRENTLY a_b ON a (b);\nCOMMIT;\n", True),
        ("BEGIN;\nCREATE TABLE a (b int);\nCOMMIT;\nCREATE INDEX CONCURRENTLY a_b ON a (b);\n", False),
    ],
)
def test_sql_locks_stops_concurrently_in_a_transaction(text: str, is_stopped: bool) -> None:
    verdict = verdict_of(file_of("a.sql", text))

    assert verdict.is_stopped is is_stopped
