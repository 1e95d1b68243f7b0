"""Made-up rows, of the shape that the schema asks for: where no row of the target may or can be copied."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from execution.target.catalog import Catalog
from execution.target.connection import Connection, identifier, literal
from execution.target.copying.tables import Field, ForeignKey, Table

MADE_UP_ROWS = 1_000
_CHECKS = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass(%s) AND contype = 'c'"
_CONSTANT = re.compile(r"'((?:[^']|'')*)'::")
_BY_BASE: Mapping[str, str] = {
    "uuid": "md5(n::text)::uuid",
    "json": "'{}'",
    "jsonb": "'{}'",
    "bytea": "decode(md5(n::text), 'hex')",
    "time": "time '00:00' + n * interval '1 minute'",
    "timetz": "time '00:00' + n * interval '1 minute'",
}
_BY_CATEGORY: Mapping[str, str] = {
    "A": "'{}'",
    "B": "n % 2 = 0",
    "D": "timestamp '2026-01-01' + n * interval '1 hour'",
    "I": "inet '10.0.0.0' + n",
    "N": "n",
    "R": "'empty'",
    "T": "n * interval '1 minute'",
}
_LENGTH = re.compile(r"\((\d+)\)")
_PRECISION = re.compile(r"numeric\((\d+),(\d+)\)")


def make_up(
    connection: Connection, table: Table, fields: Sequence[Field], keys: Sequence[ForeignKey], rows: int
) -> None:
    """Insert up to so many rows, which refer to what is there. Raises what the database refuses."""
    catalog = Catalog(connection)
    checks = [str(check) for (check,) in catalog.rows(_CHECKS, table.name)]
    own = [key for key in keys if key.child_oid == table.oid]
    numbered = [(place, *pair) for place, key in enumerate(own) for pair in zip(key.own, key.theirs, strict=True)]
    referring = {name: f"f{place}.{identifier(theirs)}" for place, name, theirs in numbered}
    values = [f"({referring.get(field.name) or _value(field, checks)})::{field.type}" for field in fields]
    joins = "".join(_join(place, key) for place, key in enumerate(own))
    into = f"INSERT INTO {table.name} ({', '.join(identifier(field.name) for field in fields)}) OVERRIDING SYSTEM VALUE"
    series = f"generate_series(1, {min(rows, MADE_UP_ROWS)}) AS n"
    query = f"{into} SELECT {', '.join(values)} FROM {series}{joins}"  # noqa: S608
    connection.execute(query.encode())


def in_order(tables: Sequence[Table], keys: Sequence[ForeignKey]) -> list[Table]:
    """Tables after those that they refer to, as far as they do not go round in a circle."""
    left, done = list(tables), []
    while left:
        waiting = {table.oid for table in left}
        ready = [table for table in left if not _parents(table, keys) & waiting] or left[:1]
        done += ready
        left = [table for table in left if table not in ready]
    return done


def _parents(table: Table, keys: Sequence[ForeignKey]) -> set[int]:
    return {key.parent_oid for key in keys if key.child_oid == table.oid} - {table.oid}


def _join(place: int, key: ForeignKey) -> str:
    """The rows of the parent in turn, again from the first one when there are fewer; NULL when there is none."""
    columns = ", ".join(identifier(name) for name in key.theirs)
    few = f"(SELECT {columns} FROM {key.parent} LIMIT {MADE_UP_ROWS})"  # noqa: S608
    numbered = f"(SELECT *, row_number() OVER () - 1 AS place, count(*) OVER () AS total FROM {few} AS p)"  # noqa: S608
    return f" LEFT JOIN {numbered} AS f{place} ON f{place}.place = n % f{place}.total"


def _value(field: Field, checks: Sequence[str]) -> str:
    allowed = _allowed(field, checks)
    if allowed:
        return f"(ARRAY[{', '.join(literal(value) for value in allowed)}])[1 + n % {len(allowed)}]"
    if field.category == "E":
        return f"(enum_range(NULL::{field.type}))[1 + n % cardinality(enum_range(NULL::{field.type}))]"
    if field.category == "S":
        length = _LENGTH.search(field.type)
        return f"left(n || ' made up', {length[1]})" if length else "n || ' made up'"
    if precise := _PRECISION.search(field.type):
        return f"n % {10 ** max(0, int(precise[1]) - int(precise[2]))}"
    return _BY_BASE.get(field.base) or _BY_CATEGORY.get(field.category, "NULL")


def _allowed(field: Field, checks: Sequence[str]) -> list[str]:
    """The texts that a CHECK compares the column with: mostly the only ones that it lets in."""
    if field.category != "S":
        return []
    own = [check for check in checks if re.search(rf"\b{re.escape(field.name)}\b", check) and "~" not in check]
    return [found.replace("''", "'") for check in own for found in _CONSTANT.findall(check) if found]
