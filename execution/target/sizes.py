"""How many rows a table has: counted, or estimated where counting takes long."""

from __future__ import annotations

from execution.target.catalog import Catalog

COUNTED_BYTES = 64 * 1024 * 1024
"""Tables up to this size, without indexes, are counted."""
_ESTIMATE = """
SELECT pg_relation_size(oid), CASE WHEN reltuples >= 0 AND relpages > 0 THEN
       (reltuples / relpages * (pg_relation_size(oid) / current_setting('block_size')::int))::bigint END
FROM pg_class WHERE oid = to_regclass(%s)
"""


def row_count(catalog: Catalog, table: str) -> int | None:
    """The number of rows of a quoted table: exact for a small one, and for one that was never analyzed.

    Of a big one it is what its last statistics say, scaled to its present size, as PostgreSQL's planner does it. None
    when there is no such table.
    """
    found = catalog.rows(_ESTIMATE, table)
    if not found:
        return None
    [(size, estimate)] = found
    if size > COUNTED_BYTES and estimate is not None:
        return int(estimate)
    return catalog.count(f"SELECT count(*) FROM {table}")  # noqa: S608 - quoted
