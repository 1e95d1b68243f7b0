"""What of each table goes to the scratch copy, decided by size and by where the copy is made."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

from execution.target.catalog import Catalog
from execution.target.connection import Connection
from execution.target.copying.masking import Mask, Masking
from execution.target.copying.pseudonyms import Pseudonyms
from execution.target.copying.sample import Sample
from execution.target.copying.subjects import Subjects
from execution.target.copying.tables import (
    Field,
    ForeignKey,
    Table,
    fields_of,
    foreign_keys_of,
    rows_in,
    tables_of,
    unique_keys_of,
)
from execution.target.copying.transfer import Load
from execution.target.statements import Statement

MOST_BYTES = 64 * 1024 * 1024
"""The smallest tables are copied whole, up to this size of all of them with their indexes."""


class Rows(StrEnum):
    """REHEARSAL_ROWS: how rows may leave the target."""

    COPIED = "copied"
    MASKED = "masked"
    MADE_UP = "made-up"


def allowed_rows() -> Rows:
    """Unless it is set: as they are to a copy on the target's own server, masked to another one."""
    return Rows(settings.REHEARSAL_ROWS or (Rows.MASKED if settings.REHEARSAL_DATABASE_URL else Rows.COPIED))


@dataclass(frozen=True, slots=True)
class Choice:
    """``loads`` are the tables that we fill, the rest is pg_dump's. ``is_cut``: some referred-to rows are missing."""

    rows: Rows
    loads: Sequence[Load] = ()
    keys: Sequence[ForeignKey] = ()
    tables: Sequence[Table] = ()
    is_cut: bool = False


def choose(source: Connection, changes: Sequence[Sequence[Statement]]) -> Choice:
    """Decide for every table, in the snapshot of the caller's transaction. Raises PermanentFailure as `Subjects`."""
    catalog, rows = Catalog(source), allowed_rows()
    tables = tables_of(catalog)
    big = _too_big(tables) if rows is not Rows.MADE_UP else []
    if not big and rows is Rows.COPIED:
        return Choice(rows, tables=tables)
    fields, keys = {table: fields_of(catalog, table) for table in tables}, foreign_keys_of(catalog)
    masking = Masking(fields, keys, Pseudonyms(secrets.token_bytes(32))) if rows is Rows.MASKED else None
    sample = Sample(source, big, [table for table in tables if table not in big], keys)
    sample.take(Subjects(source, sample.places, keys).find(each for texts in changes for each in texts))
    loads = []
    for table, own in fields.items():
        masks: dict[str, Mask] = masking.of(table) if masking else {}
        if table in big or masks or rows is Rows.MADE_UP:
            loads.append(_load(catalog, sample, table, own, masks, is_made_up=rows is Rows.MADE_UP))
    return Choice(rows, loads, keys, tables, is_cut=sample.is_cut)


def _too_big(tables: Sequence[Table]) -> list[Table]:
    """All but the smallest that fit together; tables come by size."""
    total, big = 0, []
    for table in tables:
        total += table.bytes
        if total > MOST_BYTES:
            big.append(table)
    return big


def _load(
    catalog: Catalog, sample: Sample, table: Table, own: Sequence[Field], masks: dict[str, Mask], *, is_made_up: bool
) -> Load:
    places = sample.places.get(table.oid)
    rows = sample.rows.get(table.oid)
    return Load(
        table,
        own,
        masks,
        None if places is None else frozenset(places),
        rows_in(catalog, table) if rows is None else rows,
        is_made_up,
        unique_keys_of(catalog, table),
    )
