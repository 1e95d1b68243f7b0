"""Rows from the target to the scratch copy, masked on the way where they have to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import psycopg

from execution.target.catalog import Catalog
from execution.target.connection import Connection, identifier
from execution.target.copying.masking import Mask
from execution.target.copying.synthesis import make_up
from execution.target.copying.tables import Field, ForeignKey, Table


class How(StrEnum):
    """What a copy of a table holds."""

    WHOLE = "whole"
    SAMPLED = "sampled"
    MADE_UP = "made up"
    NOTHING = "no rows"


@dataclass(frozen=True, slots=True)
class Copied:
    """``rows`` of about ``of`` rows of a table; ``masked`` names the columns that hold pseudonyms."""

    how: How
    rows: int
    of: int
    masked: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """As it stands on a certificate."""
        return {"how": self.how.value, "rows": self.rows, "of": self.of, "masked": list(self.masked)}


@dataclass(frozen=True, slots=True)
class Load:
    """What is wanted of one table: rows by ``places`` (all of them when None), unless ``is_made_up``.

    ``rows``: about how many the target has. ``unique``: the columns of its unique indexes.
    """

    table: Table
    fields: Sequence[Field]
    masks: Mapping[str, Mask]
    places: frozenset[str] | None
    rows: int
    is_made_up: bool
    unique: Sequence[Sequence[str]]


def transfer(source: Connection, scratch: Connection, load: Load, keys: Sequence[ForeignKey]) -> Copied:
    """Fill one table of the copy. Rows that do not go in as they are masked are made up; else it stays empty."""
    if not load.is_made_up:
        try:
            with source.transaction(), scratch.transaction():
                rows = _copy(source, scratch, load)
        except (psycopg.IntegrityError, psycopg.DataError, psycopg.errors.QueryCanceled):
            pass
        else:
            how = How.WHOLE if load.places is None or rows == load.rows else How.SAMPLED
            return Copied(how, rows, rows if how is How.WHOLE else load.rows, tuple(sorted(load.masks)))
    return _made_up(scratch, load, keys)


def remove_orphans(scratch: Connection, keys: Sequence[ForeignKey]) -> set[str]:
    """Delete rows that refer to rows which were left out, until every foreign key holds; return their tables.

    A row that may refer to none of its own table is kept, with no reference: chains would unravel row by row.
    """
    touched: set[str] = set()
    removed = 1
    while removed:
        removed = 0
        for key in keys:
            if count := scratch.execute(_removal(key).encode()).rowcount:
                touched.add(key.child)
                removed += count
    return touched


def _removal(key: ForeignKey) -> str:
    orphans = f"{key.is_set('c')} AND NOT EXISTS (SELECT FROM {key.parent} AS p WHERE {key.same('c', 'p')})"
    if key.is_optional and key.child_oid == key.parent_oid:
        nothing = ", ".join(f"{identifier(name)} = NULL" for name in key.own)
        return f"UPDATE ONLY {key.child} AS c SET {nothing} WHERE {orphans}"  # noqa: S608
    return f"DELETE FROM ONLY {key.child} AS c WHERE {orphans}"  # noqa: S608


def empty(scratch: Connection, tables: Sequence[Table]) -> None:
    """Take every row out again."""
    if tables:
        scratch.execute(f"TRUNCATE {', '.join(table.name for table in tables)}".encode())


def _copy(source: Connection, scratch: Connection, load: Load) -> int:
    if not load.fields or load.places == frozenset():
        return 0
    columns = ", ".join(identifier(field.name) for field in load.fields)
    chosen = "" if load.places is None else " WHERE ctid = ANY(%s::tid[])"
    values = None if load.places is None else [sorted(load.places)]
    out = f"COPY (SELECT {columns} FROM ONLY {load.table.name}{chosen}) TO STDOUT"  # noqa: S608 - quoted
    reader, writer = source.cursor(), scratch.cursor()
    with (
        reader.copy(out.encode(), values) as rows,
        writer.copy(f"COPY {load.table.name} ({columns}) FROM STDIN".encode()) as into,
    ):
        if load.masks:
            for row in rows.rows():
                into.write_row(_masked(row, load))
        else:
            for data in rows:
                into.write(data)
    return writer.rowcount


def _masked(row: Sequence[str | None], load: Load) -> list[str | None]:
    masks = [load.masks.get(field.name) for field in load.fields]
    return [mask(value) if mask and value is not None else value for mask, value in zip(masks, row, strict=True)]


def _keep_unique(scratch: Connection, load: Load) -> None:
    """Delete rows whose keys came before: the indexes that would refuse them are made after the rows."""
    for key in load.unique:
        columns = ", ".join(identifier(name) for name in key)
        is_set = " AND ".join(f"{identifier(name)} IS NOT NULL" for name in key)
        numbered = f"SELECT ctid, row_number() OVER (PARTITION BY {columns}) AS n FROM {load.table.name} WHERE {is_set}"  # noqa: S608
        query = f"DELETE FROM {load.table.name} WHERE ctid IN (SELECT ctid FROM ({numbered}) AS k WHERE n > 1)"  # noqa: S608
        scratch.execute(query.encode())


def _made_up(scratch: Connection, load: Load, keys: Sequence[ForeignKey]) -> Copied:
    try:
        with scratch.transaction():
            make_up(scratch, load.table, load.fields, keys, load.rows)
            _keep_unique(scratch, load)
            rows = Catalog(scratch).count(f"SELECT count(*) FROM ONLY {load.table.name}")  # noqa: S608
    except psycopg.Error:
        return Copied(How.NOTHING, 0, load.rows)
    return Copied(How.MADE_UP if rows else How.NOTHING, rows, load.rows)
