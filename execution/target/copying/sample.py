"""Samples of tables that are too big to copy: rows at random, those that the change is about, what they refer to."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

import psycopg

from execution.target.catalog import Catalog
from execution.target.connection import Connection
from execution.target.copying.tables import ForeignKey, Table, rows_in

SAMPLE_ROWS = 10_000
SAMPLE_BYTES = 16 * 1024 * 1024
"""Rows at random from one table: so many, or fewer where they are wide."""
MOST_SAMPLED = 100_000
"""Rows of one table with everything that others refer to."""
MOST_ROUNDS = 500
"""Rows may refer to each other in a chain of any length; it is cut here."""
_BATCH = 10_000
Places = set[str]
"""Where rows are in their table: ctids as text. They hold within one snapshot."""


class Sample:
    """Picks rows by their place, in the snapshot of the caller's transaction. Nothing is read but places.

    ``is_cut``: some row refers to one that was left out, since there were too many of them.
    """

    def __init__(
        self, connection: Connection, tables: Iterable[Table], whole: Iterable[Table], keys: Sequence[ForeignKey]
    ) -> None:
        self._connection = connection
        self._catalog = Catalog(connection)
        self._tables = {table.oid: table for table in tables}
        self._whole = list(whole)
        self._keys = keys
        self.places: dict[int, Places] = {oid: set() for oid in self._tables}
        self.rows = {oid: rows_in(self._catalog, table) for oid, table in self._tables.items()}
        self.is_cut = False

    def take(self, chosen: Iterable[tuple[int, str]]) -> None:
        """Fill the sample: ``chosen`` rows by table and place, rows at random, and all that these refer to."""
        self._add(chosen)
        for oid, table in self._tables.items():
            self._add((oid, place) for place in self._at_random(table))
        self._follow()

    def _at_random(self, table: Table) -> list[str]:
        rows = self.rows[table.oid]
        if not rows:
            return []
        wanted = max(1, min(SAMPLE_ROWS, SAMPLE_BYTES * rows // max(table.own_bytes, 1)))
        percent = min(100.0, 110.0 * wanted / rows)
        source = f"SELECT ctid::text FROM ONLY {table.name}"  # noqa: S608 - quoted
        query = f"{source} TABLESAMPLE SYSTEM ({percent}) LIMIT {wanted}"
        found = self._connection.execute(query.encode()).fetchall()
        if 2 * len(found) < wanted:  # few blocks, or statistics of another time
            found = self._connection.execute(f"{source} LIMIT {wanted}".encode()).fetchall()
        return [place for (place,) in found]

    def _add(self, found: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
        """Add rows of sampled tables, up to the most of each; return the new ones by table."""
        new: dict[int, list[str]] = {}
        for oid, place in found:
            places = self.places.get(oid)
            if places is None or place in places:
                continue
            if len(places) >= MOST_SAMPLED:
                self.is_cut = True
                continue
            places.add(place)
            new.setdefault(oid, []).append(place)
        return new

    def _follow(self) -> None:
        """Add the rows that rows of the copy refer to, and what those refer to, until there are no more."""
        waiting: deque[tuple[int, list[str] | None]] = deque((table.oid, None) for table in self._whole)
        waiting.extend((oid, sorted(places)) for oid, places in self.places.items())
        rounds = 0
        while waiting:
            child, places = waiting.popleft()
            rounds += 1
            if rounds > MOST_ROUNDS:
                self.is_cut = True
                return
            for key in self._keys:
                if key.child_oid == child:
                    waiting.extend(self._add(self._parents(key, places)).items())

    def _parents(self, key: ForeignKey, places: list[str] | None) -> list[tuple[int, str]]:
        """The rows that rows of the child refer to; of all its rows when there are no places."""
        if places is None:
            return self._read(f"SELECT FROM ONLY {key.child} AS c WHERE {key.same('c', 'p')}", key, ())
        query = f"SELECT FROM ONLY {key.child} AS c WHERE {key.same('c', 'p')} AND c.ctid = ANY(%s::tid[])"
        batches = [places[start : start + _BATCH] for start in range(0, len(places), _BATCH)]
        return [found for batch in batches for found in self._read(query, key, (batch,))]

    def _read(self, having: str, key: ForeignKey, values: Sequence[object]) -> list[tuple[int, str]]:
        query = f"SELECT p.tableoid::bigint, p.ctid::text FROM {key.parent} AS p WHERE EXISTS ({having})"  # noqa: S608
        try:
            with self._connection.transaction():
                found: list[tuple[int, str]] = self._connection.execute(
                    f"{query} LIMIT {MOST_SAMPLED}".encode(), values
                ).fetchall()
        except psycopg.errors.QueryCanceled:
            self.is_cut = True
            return []
        self.is_cut = self.is_cut or len(found) == MOST_SAMPLED
        return found
