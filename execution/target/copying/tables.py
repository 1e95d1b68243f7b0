"""The tables of the target, and the foreign keys between them."""

from __future__ import annotations

from dataclasses import dataclass

from execution.target.catalog import Catalog
from execution.target.connection import identifier
from execution.target.sizes import row_count
from execution.target.statements import LEDGER_SCHEMA

_TABLES = f"""
SELECT c.oid, n.nspname, c.relname, pg_total_relation_size(c.oid), pg_table_size(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
AND n.nspname !~ '^{LEDGER_SCHEMA}(_|$)'
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND deptype = 'e')
ORDER BY 4, 1
"""  # noqa: S608
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), coalesce(b.typname, t.typname), t.typcategory,
       coalesce((SELECT e.typcategory = 'S' FROM pg_type e WHERE e.oid = t.typelem AND t.typcategory = 'A'), false),
       a.attnotnull OR t.typnotnull, coalesce(s.n_distinct BETWEEN 0 AND %s, false)
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
                        AND NOT s.inherited
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum
"""
_FOREIGN_KEYS = """
SELECT k.conrelid, k.confrelid, nc.nspname, c.relname, np.nspname, p.relname,
       (SELECT array_agg(attname ORDER BY place) FROM unnest(k.conkey) WITH ORDINALITY AS n(attnum, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.attnum)::text[],
       (SELECT array_agg(attname ORDER BY place) FROM unnest(k.confkey) WITH ORDINALITY AS n(attnum, place)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = n.attnum)::text[],
       k.confdeltype = 'c', NOT EXISTS (SELECT FROM pg_attribute a
                                        WHERE a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey) AND a.attnotnull)
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace nc ON nc.oid = c.relnamespace
JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace np ON np.oid = p.relnamespace
WHERE k.contype = 'f' AND c.relkind = 'r' ORDER BY k.oid
"""
_UNIQUE = """
SELECT array_agg(a.attname ORDER BY k.place)::text[] FROM pg_index i
CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
WHERE i.indrelid = %s AND i.indisunique AND i.indexprs IS NULL AND i.indpred IS NULL AND k.place <= i.indnkeyatts
GROUP BY i.indexrelid
"""
MOST_CODES = 50
"""A column of at most so many different values, by the server's statistics, holds codes and no free text."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column that can be written. ``base`` is the name of its type, below a domain; ``category`` is typcategory."""

    name: str
    type: str
    base: str
    category: str
    is_text_array: bool
    is_required: bool
    is_code: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A plain table or a partition that holds rows of its own. ``name`` is qualified and quoted.

    ``bytes`` with its indexes, ``own_bytes`` without.
    """

    oid: int
    schema: str
    plain_name: str
    bytes: int
    own_bytes: int

    @property
    def name(self) -> str:
        return identifier(self.schema, self.plain_name)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """``child`` rows refer to ``parent`` rows; both names are qualified and quoted, a parent may have partitions.

    ``cascades``: the children go with their parent. ``is_optional``: a child may refer to none.
    """

    child_oid: int
    parent_oid: int
    child: str
    parent: str
    own: tuple[str, ...]
    theirs: tuple[str, ...]
    cascades: bool
    is_optional: bool

    def same(self, child: str, parent: str) -> str:
        """The condition that a child row, by its alias, refers to a parent row."""
        pairs = zip(self.own, self.theirs, strict=True)
        return " AND ".join(f"{child}.{identifier(own)} = {parent}.{identifier(their)}" for own, their in pairs)

    def is_set(self, child: str) -> str:
        """The condition that a child row refers to a row at all."""
        return " AND ".join(f"{child}.{identifier(own)} IS NOT NULL" for own in self.own)


def tables_of(catalog: Catalog) -> list[Table]:
    """Every table with rows of its own, the smallest first; ours and those of extensions left out."""
    return [Table(*row) for row in catalog.rows(_TABLES)]


def fields_of(catalog: Catalog, table: Table) -> list[Field]:
    """The columns that can be written, in order."""
    return [Field(*row) for row in catalog.rows(_COLUMNS, MOST_CODES, table.oid)]


def foreign_keys_of(catalog: Catalog) -> list[ForeignKey]:
    """Every foreign key, those of partitions each by itself."""
    return [
        ForeignKey(
            row[0], row[1], identifier(*row[2:4]), identifier(*row[4:6]), tuple(row[6]), tuple(row[7]), *row[8:10]
        )
        for row in catalog.rows(_FOREIGN_KEYS)
    ]


def unique_keys_of(catalog: Catalog, table: Table) -> list[list[str]]:
    """The columns of each of its unique indexes; those on expressions or on part of the rows left out."""
    return [row[0] for row in catalog.rows(_UNIQUE, table.oid)]


def rows_in(catalog: Catalog, table: Table) -> int:
    """About how many rows it has: see `row_count`."""
    return row_count(catalog, table.name) or 0
