"""Columns that go or change their type: their values are kept by the primary key of the row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from execution.target.catalog import Catalog, Column, Relation
from execution.target.connection import Connection, identifier, literal
from execution.target.ledger import ensure_schema
from execution.target.reverse.keeping import MOST_ROWS, ensure_plain, kept, listing_of, new_name
from execution.target.reverse.plan import Guard, Step, no_way_back
from execution.target.statements import Statement

_PARTS = """
SELECT a.attidentity = '' AND a.attgenerated = '' AND a.attacl IS NULL
       AND pg_get_serial_sequence(%s, a.attname) IS NULL,
       CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END,
       col_description(a.attrelid, a.attnum)
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = %s AND a.attname = %s
"""
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = %s AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = %s)
"""


class ColumnKeeper:
    """Keeps the values of one column before it is dropped or given another type."""

    def __init__(
        self, catalog: Catalog, statement: Statement, relation: Relation, column: Column, rules: Mapping[str, str]
    ) -> None:
        ensure_plain(catalog, statement, relation)
        key = catalog.primary_key(relation)
        name = column.name
        if not key or name in key:
            raise no_way_back(statement, f"{relation.name} needs a primary key, apart from {name}, to know the rows by")
        [(is_plain, collation, comment)] = catalog.rows(_PARTS, relation.name, relation.oid, name)
        if not is_plain:
            raise no_way_back(statement, f"{name} fills itself, or has rights of its own")
        rows = catalog.count(f"SELECT count(*) FROM {relation.name}")  # noqa: S608 - quoted
        if rows > MOST_ROWS:
            raise no_way_back(statement, f"{relation.name} holds {rows} rows; {MOST_ROWS} is the most that is kept")
        self._catalog, self._relation, self._column = catalog, relation, column
        self._collation, self._comment = collation, comment
        self._rules, self._indexes = rules, dict(catalog.rows(_INDEXES, relation.oid, relation.oid))
        self._key = [identifier(each) for each in key]
        self._name, self._table, self._kept_in = identifier(name), relation.name, new_name()

    def keep(self, connection: Connection) -> None:
        """Copy the values, before the statement runs."""
        ensure_schema(connection)
        connection.execute(f"LOCK TABLE {self._table} IN ACCESS EXCLUSIVE MODE".encode())
        keys = ", ".join(f"{name} AS fsarsite_key_{place}" for place, name in enumerate(self._key))
        query = f"CREATE TABLE {self._kept_in} AS SELECT {keys}, {self._name} AS fsarsite_value FROM {self._table}"  # noqa: S608
        connection.execute(query.encode())

    def after_drop(self, connection: Connection) -> Iterable[Step]:
        """Steps from the last to the first: the column comes back, as the last one, with what went along with it."""
        collation = f" COLLATE {self._collation}" if self._collation else ""
        steps = [
            Step(
                f"ALTER TABLE {self._table} ADD COLUMN {self._name} {self._column.type}{collation}",
                kept=kept(connection, f"{self._table}.{self._name}", self._kept_in),
            ),
            self._restore(),
            *self._default_and_not_null(),
            *self._lost(),
        ]
        if self._comment is not None:
            steps.append(Step(f"COMMENT ON COLUMN {self._table}.{self._name} IS {literal(self._comment)}"))
        return [*steps, Step(f"DROP TABLE {self._kept_in}")][::-1]

    def after_change(self, connection: Connection) -> Iterable[Step]:
        """Steps from the last to the first: the former type and values, while every row is as the change left it."""
        add = f"ALTER TABLE {self._kept_in} ADD COLUMN fsarsite_now text"
        connection.execute(add.encode())
        present = f"{self._name}::text"
        note = (
            f"UPDATE {self._kept_in} AS k SET fsarsite_now = t.{present} FROM {self._table} AS t WHERE {self._same()}"  # noqa: S608
        )
        connection.execute(note.encode())
        rewritten = self._rewritten()
        alter = f"ALTER TABLE {self._table} ALTER COLUMN {self._name}"
        using = f"USING NULL::{self._column.type}"
        return [
            Step(
                f"LOCK TABLE {self._table} IN ACCESS EXCLUSIVE MODE",
                self._untouched(),
                kept=kept(connection, f"{self._table}.{self._name}", self._kept_in),
            ),
            *(Step(f"ALTER TABLE {self._table} DROP CONSTRAINT {identifier(name)}") for name in rewritten),
            Step(f"{alter} DROP DEFAULT, ALTER COLUMN {self._name} DROP NOT NULL"),
            Step(f"{alter} TYPE {self._column.type} {using}"),
            self._restore(),
            *self._default_and_not_null(),
            *(
                Step(f"ALTER TABLE {self._table} ADD CONSTRAINT {identifier(name)} {definition}")
                for name, definition in rewritten.items()
            ),
            Step(f"DROP TABLE {self._kept_in}"),
        ][::-1]

    def _restore(self) -> Step:
        value = f"SET {self._name} = k.fsarsite_value"
        put = f"UPDATE {self._table} AS t {value} FROM {self._kept_in} AS k WHERE {self._same()}"
        return Step(f"{put} AND k.fsarsite_value IS NOT NULL", quiet=self._table)

    def _default_and_not_null(self) -> Iterable[Step]:
        alter = f"ALTER TABLE {self._table} ALTER COLUMN {self._name}"
        if self._column.default is not None:
            yield Step(f"{alter} SET DEFAULT {self._column.default}")
        if self._column.is_required:
            yield Step(f"{alter} SET NOT NULL")

    def _lost(self) -> Iterable[Step]:
        """Constraints and indexes that went along with the column."""
        present = self._catalog.constraints(self._relation)
        for name, definition in self._rules.items():
            if name not in present:
                yield Step(f"ALTER TABLE {self._table} ADD CONSTRAINT {identifier(name)} {definition}")
        left = dict(self._catalog.rows(_INDEXES, self._relation.oid, self._relation.oid))
        for name, definition in self._indexes.items():
            if name not in left:
                yield Step(definition)

    def _rewritten(self) -> dict[str, str]:
        """CHECKs that the server wrote anew for the other type, with their former words."""
        present = self._catalog.constraints(self._relation)
        return {name: words for name, words in self._rules.items() if present.get(name, words) != words}

    def _untouched(self) -> Guard:
        now = f"t.{self._name}::text"
        other = (
            f"FROM {self._table} AS t LEFT JOIN {self._kept_in} AS k ON {self._same()}"
            f" WHERE k.fsarsite_key_0 IS NULL OR {now} IS DISTINCT FROM k.fsarsite_now"
        )
        listing = listing_of(self._relation, [f"t.{name}" for name in self._key], other)
        says = f"{{}} rows of {self._table} hold values in {self._name} that came after the change"
        return Guard(f"SELECT count(*) {other}", 0, says, listing)

    def _same(self) -> str:
        return " AND ".join(f"t.{name} = k.fsarsite_key_{place}" for place, name in enumerate(self._key))
