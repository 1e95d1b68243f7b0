"""What a database looks like: its schema as text, and its rows as checksums."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from execution.target.connection import Connection, identifier
from execution.target.statements import LEDGER_SCHEMA

_OWN = (
    "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'"
    f" AND n.nspname !~ '^{LEDGER_SCHEMA}(_|$)'"
)
_NOT_EXTENSION = (
    "NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND deptype = 'e')"
)
# Column order and oids are left out on purpose: a column added and dropped again leaves only them behind.
_PARTS = (
    "SELECT 'schema', n.nspname, '', '' FROM pg_namespace n WHERE {own}",
    """SELECT 'relation', c.oid::regclass::text, '', concat_ws(' ', c.relkind, c.relpersistence, c.reloptions,
        c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relispartition, c.relacl,
        CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END)
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE {own} AND c.relkind NOT IN ('t', 'i', 'I')""",
    """SELECT 'column', c.oid::regclass::text, a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
        a.attnotnull, a.attidentity, a.attgenerated, a.attstorage, a.attacl, a.attoptions, a.attcollation::regcollation,
        pg_get_expr(d.adbin, d.adrelid))
       FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE {own} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')""",
    """SELECT 'constraint', k.conrelid::regclass::text, k.conname,
        concat_ws(' ', pg_get_constraintdef(k.oid), convalidated)
       FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE {own}""",
    """SELECT 'index', i.indrelid::regclass::text, i.indexrelid::regclass::text,
        concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisclustered)
       FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {own}
       AND c.relkind <> 't'""",
    """SELECT 'sequence', s.seqrelid::regclass::text, '',
        concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle)
       FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {own}""",
    """SELECT 'type', t.oid::regtype::text, '', concat_ws(' ', t.typtype, format_type(t.typbasetype, t.typtypmod),
        t.typnotnull, t.typdefault, (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum
        WHERE enumtypid = t.oid)) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
       WHERE {own} AND t.typtype IN ('e', 'd', 'r')""",
    """SELECT 'function', p.oid::regprocedure::text, '', concat_ws(' ', p.prokind, p.proacl,
        CASE WHEN p.prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) END)
       FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {own} AND {not_extension}""",
    """SELECT 'trigger', t.tgrelid::regclass::text, t.tgname, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
       FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE {own} AND NOT t.tgisinternal""",
    """SELECT 'rule', schemaname || '.' || tablename, rulename, definition FROM pg_rules r
       JOIN pg_namespace n ON n.nspname = r.schemaname WHERE {own}""",
    """SELECT 'policy', schemaname || '.' || tablename, policyname,
        concat_ws(' ', permissive, roles, cmd, qual, with_check)
       FROM pg_policies r JOIN pg_namespace n ON n.nspname = r.schemaname WHERE {own}""",
    "SELECT 'extension', extname, '', extversion FROM pg_extension",
    """SELECT 'comment', o.type, o.identity, d.description FROM pg_description d,
        LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) o, pg_namespace n
       WHERE n.nspname = coalesce(o.schema, CASE o.type WHEN 'schema' THEN o.name END) AND {own}
       AND (d.objoid >= 16384 OR d.classoid = 'pg_namespace'::regclass)""",  # the others are the server's own thousands
)
_QUERY = " UNION ALL ".join(part.format(own=_OWN, not_extension=_NOT_EXTENSION) for part in _PARTS).encode()
_TABLES = f"""
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {_OWN} AND c.relkind = 'r'
"""  # noqa: S608
_COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attname COLLATE "C"
"""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The schema, one line per property, sorted."""

    lines: tuple[str, ...]

    @property
    def hash(self) -> str:
        """``sha256:`` and the hex digest."""
        return "sha256:" + hashlib.sha256("\n".join(self.lines).encode()).hexdigest()

    def difference(self, other: Fingerprint) -> tuple[str, ...]:
        """What only this one has (``-``) and only the other has (``+``), in order."""
        gone, new = set(self.lines) - set(other.lines), set(other.lines) - set(self.lines)
        return tuple(sorted([f"- {line}" for line in gone] + [f"+ {line}" for line in new], key=lambda line: line[2:]))


def fingerprint_of(connection: Connection) -> Fingerprint:
    """The schema as the connection's transaction sees it, our ledger left out."""
    with connection.transaction(force_rollback=True):  # gives the search path back
        # an empty search path makes every name come out qualified
        connection.execute("SELECT set_config('search_path', '', true)")
        lines = [_line(row) for row in connection.execute(_QUERY).fetchall()]
    return Fingerprint(tuple(sorted(lines)))


def row_sums(connection: Connection) -> dict[str, str]:
    """Number and checksum of the rows of every table, whatever their order."""
    tables = [identifier(*row) for row in connection.execute(_TABLES.encode()).fetchall()]
    return {table: sum_of(connection, table) for table in tables}


def sum_of(connection: Connection, table: str) -> str:
    """Number and checksum of the rows of a quoted table, ``n/sum``. The order of rows and of columns says nothing."""
    named = connection.execute(_COLUMNS.encode(), [table]).fetchall()
    row = ", ".join(f"kept.{identifier(name)}" for (name,) in named)
    query = f"SELECT count(*), coalesce(sum(hashtextextended(ROW({row})::text, 0)::numeric), 0) FROM {table} AS kept"  # noqa: S608
    found = connection.execute(query.encode()).fetchone()
    return "/".join(str(value) for value in found or ())


def _line(row: tuple[object, ...]) -> str:
    return " | ".join(" ".join(str(value).split()) for value in row)
