"""What PostgreSQL's catalog says about the objects that a change meets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from pglast import ast

from execution.target.connection import Connection, identifier


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, view, index or sequence. ``name`` is qualified and quoted; ``kind`` is pg_class.relkind."""

    oid: int
    schema: str
    plain_name: str
    kind: str

    @property
    def name(self) -> str:
        return identifier(self.schema, self.plain_name)


@dataclass(frozen=True, slots=True)
class Column:
    """``default`` is an expression as the server writes it, None without one.

    ``fills_itself``: an identity, or of a domain, which may have a default of its own.
    """

    name: str
    type: str
    is_required: bool
    is_generated: bool
    default: str | None
    fills_itself: bool


@dataclass(frozen=True, slots=True)
class Found:
    """An object as DROP wants it named: ``type`` in words, ``identity`` quoted."""

    oid: int
    type: str
    identity: str


_TYPES = """
SELECT t.oid FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid WHERE typtype IN ('d', 'e') OR relkind = 'c'
"""
_OBJECTS = {
    "relation": (
        "pg_class",
        "SELECT oid FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'i', 'I', 'S', 'c', 'f')",
    ),
    "function": ("pg_proc", "SELECT oid FROM pg_proc WHERE prokind IN ('f', 'p')"),
    "type": ("pg_type", _TYPES),
    "schema": ("pg_namespace", "SELECT oid FROM pg_namespace"),
    "trigger": ("pg_trigger", "SELECT oid FROM pg_trigger WHERE NOT tgisinternal"),
    "extension": ("pg_extension", "SELECT oid FROM pg_extension"),
}
_RELATION = """
SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid ="""
_COLUMN = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated <> '',
       pg_get_expr(d.adbin, d.adrelid), a.attidentity <> '' OR t.typtype = 'd'
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped
"""


class Catalog:
    """Reads in the transaction of the change, so that a statement sees what those before it did."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query of ours answers; `%s` stands for a value."""
        return self._connection.execute(query.encode(), values).fetchall()

    def value(self, query: str, *values: object) -> Any:
        """The first column of the first row, None without a row."""
        found = self.rows(query, *values)
        return found[0][0] if found else None

    def count(self, query: str) -> int:
        """What a count, written by us from quoted names, comes to."""
        found = self._connection.execute(query.encode()).fetchone()
        return int(found[0]) if found else 0

    def relation(self, named: ast.RangeVar) -> Relation | None:
        """The relation that a name in a statement means, by the search path. None when there is none."""
        parts = [part for part in (named.schemaname, named.relname) if part]
        found = self.rows(f"{_RELATION} to_regclass(%s)", identifier(*parts))
        return Relation(*found[0]) if found else None

    def relation_named(self, oid: int) -> Relation | None:
        """The relation as it is named now."""
        found = self.rows(f"{_RELATION} %s", oid)
        return Relation(*found[0]) if found else None

    def columns(self, relation: Relation) -> dict[str, Column]:
        """The columns by name."""
        return {row[0]: Column(*row) for row in self.rows(_COLUMN, relation.oid)}

    def primary_key(self, relation: Relation) -> list[str]:
        """The names of the key's columns, in order; empty without a primary key."""
        query = (
            "SELECT a.attname FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)"
            " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum"
            " WHERE i.indrelid = %s AND i.indisprimary ORDER BY k.place"
        )
        return [row[0] for row in self.rows(query, relation.oid)]

    def constraints(self, relation: Relation) -> dict[str, str]:
        """The definitions of its constraints by name, NOT NULL ones left out: the columns tell of those."""
        query = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s AND contype <> 'n'"
        return dict(self.rows(query, relation.oid))

    def objects(self, kind: str) -> set[int]:
        """The oids of all objects of a kind: what a statement created is what is new after it."""
        return {row[0] for row in self.rows(_OBJECTS[kind][1])}

    def found(self, kind: str, oid: int) -> Found:
        """How to name an object to DROP."""
        catalog = _OBJECTS[kind][0]
        query = "SELECT type, identity FROM pg_identify_object(%s::regclass, %s, 0)"
        [(word, identity)] = self.rows(query, catalog, oid)
        return Found(oid, word, identity)

    def functions(self, names: list[str]) -> dict[int, str]:
        """The definitions of every function of that name, by oid."""
        query = "SELECT oid, pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s AND prokind IN ('f', 'p')"
        return dict(self.rows(query, names[-1]))

    def type_of(self, written: str) -> str | None:
        """The type that a type name, printed from its syntax tree, means; None when there is no such type."""
        try:
            with self._connection.transaction():
                cursor = self._connection.execute(f"SELECT NULL::{written}".encode())
        except psycopg.ProgrammingError:  # serial, for one, is a type in CREATE and ALTER only
            return None
        result = cursor.pgresult
        return (
            None if result is None else str(self.value("SELECT format_type(%s, %s)", result.ftype(0), result.fmod(0)))
        )
