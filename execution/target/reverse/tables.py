"""DROP TABLE: the table is set aside, whole, in a schema of ours, so that it comes back exactly as it was."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from execution.target.catalog import Catalog, Relation
from execution.target.connection import Connection, identifier
from execution.target.reverse.keeping import ensure_plain, kept
from execution.target.reverse.plan import Plan, Rows, Step, no_way_back
from execution.target.statements import LEDGER_SCHEMA, Statement

MOST_BYTES = 1024 * 1024 * 1024
"""A table above this size is not set aside: counting and summing its rows would hold its lock for too long."""
_FOREIGN_KEYS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s AND contype = 'f' ORDER BY conname
"""


def plan_drop_tables(catalog: Catalog, statement: Statement, relations: list[Relation]) -> Plan:
    """Set the tables aside, once the database has shown that nothing else depends on them."""
    for relation in relations:
        ensure_movable(catalog, statement, relation)
    made: list[Step] = []

    def perform(connection: Connection, text: str) -> Rows:
        with connection.transaction(force_rollback=True):
            connection.execute(text.encode(), binary=True)  # refuses what others depend on
        for relation in relations:
            made.extend(_set_aside(connection, catalog, relation))
        return []

    return Plan(statement.text, lambda _: made, perform=perform)


def ensure_movable(catalog: Catalog, statement: Statement, relation: Relation) -> None:
    """Raise PermanentFailure for a table that cannot be set aside whole."""
    ensure_plain(catalog, statement, relation)
    size = int(catalog.value("SELECT pg_table_size(%s)", relation.oid) or 0)
    if size > MOST_BYTES:
        limit = MOST_BYTES // 1024**2
        raise no_way_back(statement, f"{relation.name} is {size // 1024**2} MB; {limit} MB is the most that is kept")


def _set_aside(connection: Connection, catalog: Catalog, relation: Relation) -> Iterable[Step]:
    """Steps from the last to the first. Foreign keys go, or rows that are not there any more would hold others back."""
    schema = identifier(f"{LEDGER_SCHEMA}_{uuid4().hex}")
    hidden = f"{schema}.{identifier(relation.plain_name)}"
    foreign_keys = catalog.rows(_FOREIGN_KEYS, relation.oid)
    connection.execute(f"CREATE SCHEMA {schema}".encode())
    for name, _ in foreign_keys:
        connection.execute(f"ALTER TABLE {relation.name} DROP CONSTRAINT {identifier(name)}".encode())
    connection.execute(f"ALTER TABLE {relation.name} SET SCHEMA {schema}".encode())
    own = kept(connection, relation.name, hidden)
    yield Step(f"DROP SCHEMA {schema}")
    for name, definition in foreign_keys:
        yield Step(f"ALTER TABLE {relation.name} ADD CONSTRAINT {identifier(name)} {definition}")
    yield Step(f"ALTER TABLE {hidden} SET SCHEMA {identifier(relation.schema)}", kept=own)
