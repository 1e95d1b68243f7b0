"""Prior rows: what a statement is about to change is kept in a table of the ledger's schema, row by row."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from execution.target.catalog import Catalog, Relation
from execution.target.connection import Connection, identifier, literal
from execution.target.fingerprint import sum_of
from execution.target.ledger import ensure_schema
from execution.target.reverse.plan import Guard, Kept, Step, no_way_back
from execution.target.statements import LEDGER_SCHEMA, Statement

MOST_ROWS = 100_000
"""Rows that one statement may change in one table; their prior state is kept."""
MOST_LISTED = 20
_FOLLOWED = """
SELECT DISTINCT conrelid FROM pg_constraint
WHERE contype = 'f' AND confrelid = %s AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd'))
"""
_FOREIGN_KEYS = """
SELECT conrelid, (SELECT array_agg(attname ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS k(attnum, place)
                  JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.attnum)::text[],
       (SELECT array_agg(attname ORDER BY place) FROM unnest(confkey) WITH ORDINALITY AS k(attnum, place)
        JOIN pg_attribute a ON a.attrelid = confrelid AND a.attnum = k.attnum)::text[]
FROM pg_constraint WHERE contype = 'f' AND confrelid = %s AND confdeltype IN ('c', 'n', 'd')
"""
_IS_ALONE = """
SELECT NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = %s OR inhrelid = %s)
"""
_SETTABLE = """
SELECT attname, attidentity <> 'a' FROM pg_attribute
WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""


def ensure_plain(catalog: Catalog, statement: Statement, relation: Relation) -> None:
    """Raise PermanentFailure unless the rows of a table are in that table and nowhere else."""
    if relation.kind != "r" or not catalog.value(_IS_ALONE, relation.oid, relation.oid):
        raise no_way_back(statement, f"{relation.name} is not a plain table")


def listing_of(relation: Relation, key: Iterable[str], source: str) -> str:
    """A query that names the first rows of a FROM clause of ours by their keys, which are quoted."""
    keys = ", ".join(f"{name}::text" for name in key)
    return f"SELECT {literal(relation.name)} || ' (' || concat_ws(', ', {keys}) || ')' {source} LIMIT {MOST_LISTED}"


def new_name() -> str:
    """A name in the ledger's schema that nothing has, quoted."""
    return identifier(LEDGER_SCHEMA, f"prior_{uuid4().hex}")


def kept(connection: Connection, table: str, kept_in: str) -> Kept:
    """Number and checksum of what is kept now."""
    rows, _, checksum = sum_of(connection, kept_in).partition("/")
    return Kept(table, kept_in, int(rows), checksum)


def followers(catalog: Catalog, relation: Relation) -> list[Relation]:
    """The table, and those whose rows its foreign keys change along with it; nearest first."""
    found = [relation]
    for each in found:
        for (oid,) in catalog.rows(_FOLLOWED, each.oid):
            other = catalog.relation_named(oid)
            if other and other.oid not in {known.oid for known in found}:
                found.append(other)
    return found


def cascade_locks(catalog: Catalog, relation: Relation, going: str) -> Iterable[Step]:
    """Steps that refuse to delete rows, given as a condition on ``t``, that rows of others came to depend on."""
    for oid, columns, referenced in catalog.rows(_FOREIGN_KEYS, relation.oid):
        other = catalog.relation_named(oid)
        if other is None:
            continue
        same = " AND ".join(
            f"c.{identifier(own)} = t.{identifier(theirs)}" for own, theirs in zip(columns, referenced, strict=True)
        )
        count = f"SELECT count(*) FROM {other.name} AS c JOIN {relation.name} AS t ON {same} WHERE {going}"  # noqa: S608
        says = f"{{}} rows of {other.name} that came after the change refer to rows that it made"
        yield Step(f"LOCK TABLE {other.name} IN SHARE ROW EXCLUSIVE MODE", Guard(count, 0, says))


class RowKeeper:
    """Records the rows of one table that a statement inserts, updates and deletes, by a trigger of ours."""

    def __init__(self, catalog: Catalog, relation: Relation) -> None:
        self.relation = relation
        self._catalog = catalog
        self._columns = [identifier(name) for name in catalog.columns(relation)]
        self._settable = {identifier(name): may_update for name, may_update in catalog.rows(_SETTABLE, relation.oid)}
        self._key = [identifier(name) for name in catalog.primary_key(relation)]
        self._kept_in = new_name()
        self._function = self._kept_in.replace("prior_", "keep_", 1)
        self._trigger = identifier("fsarsite_keeps")

    def prepare(self, connection: Connection) -> None:
        """Make the table that holds the prior rows, with what identifies a row beside them."""
        ensure_schema(connection)
        keys = [f"{name} AS {self._key_column(place)}" for place, name in enumerate(self._key)]
        columns = ", ".join(self._columns + keys)
        table = self.relation.name
        empty = f"CREATE TABLE {self._kept_in} AS SELECT {columns} FROM {table} WITH NO DATA"  # noqa: S608 - quoted
        connection.execute(empty.encode())
        extra = "ADD COLUMN fsarsite_op text, ADD COLUMN fsarsite_now text"
        connection.execute(f"ALTER TABLE {self._kept_in} {extra}".encode())

    def start(self, connection: Connection) -> None:
        """Record from now on."""
        self.prepare(connection)
        body = (
            f"BEGIN IF TG_OP = 'INSERT' THEN {self._record('I', 'NEW', is_now=True, is_prior=False)};"
            f" ELSIF TG_OP = 'UPDATE' THEN {self._record('U', 'NEW', is_now=True, is_prior=True)};"
            f" ELSE {self._record('D', 'OLD', is_now=False, is_prior=True)}; END IF; RETURN NULL; END"
        )
        make = f"CREATE FUNCTION {self._function}() RETURNS trigger LANGUAGE plpgsql AS {literal(body)}"
        connection.execute(make.encode())
        when = f"AFTER INSERT OR UPDATE OR DELETE ON {self.relation.name} FOR EACH ROW"
        connection.execute(f"CREATE TRIGGER {self._trigger} {when} EXECUTE FUNCTION {self._function}()".encode())

    def stop(self, connection: Connection) -> None:
        """Record no more."""
        connection.execute(b"SET CONSTRAINTS ALL IMMEDIATE")  # a trigger with events to come cannot be dropped
        connection.execute(f"DROP TRIGGER {self._trigger} ON {self.relation.name}".encode())
        connection.execute(f"DROP FUNCTION {self._function}()".encode())

    def keep_all(self, connection: Connection) -> None:
        """Keep every row as one that is about to be deleted."""
        self.prepare(connection)
        names, values = self._values("old_rows", is_prior=True)
        query = f"INSERT INTO {self._kept_in} (fsarsite_op, {names}) SELECT 'D', {values}"
        connection.execute(f"{query} FROM {self.relation.name} AS old_rows".encode())

    def check(self, statement: Statement) -> dict[str, int]:
        """How many rows of each kind. Raises PermanentFailure for more than can be kept or told apart."""
        query = f"SELECT fsarsite_op, count(*) FROM {self._kept_in} GROUP BY 1"  # noqa: S608 - quoted
        counts = {str(op): int(count) for op, count in self._catalog.rows(query)}
        table, total = self.relation.name, sum(counts.values())
        if total > MOST_ROWS:
            raise no_way_back(statement, f"it changes {total} rows of {table}; {MOST_ROWS} is the most that is kept")
        if not self._key and counts.keys() - {"D"}:
            raise no_way_back(statement, f"{table} has no primary key to know the rows by")
        if self._key:
            keys = ", ".join(self._key_column(place) for place in range(len(self._key)))
            twice = f"SELECT count(*) FROM (SELECT FROM {self._kept_in} GROUP BY {keys} HAVING count(*) > 1) AS t"  # noqa: S608
            if self._catalog.count(twice):
                raise no_way_back(statement, f"it changes the same rows of {table} more than once")
        return counts

    def lock(self, connection: Connection, counts: dict[str, int]) -> Step:
        """The step that comes first: it names what is kept, and refuses while updated rows are not as they were left.

        Before any row goes back, for a foreign key may take the rows of another table along.
        """
        table, guard = self.relation.name, None
        if changed := counts.get("U", 0):
            says = f"{{}} of the {changed} rows of {table} that the change updated were changed or deleted since"
            guard = self._unlike("U", says)
        own = kept(connection, table, self._kept_in)
        return Step(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE", guard, kept=own)

    def deletions(self, counts: dict[str, int]) -> Iterable[Step]:
        """Delete what was inserted, while nobody has changed it or come to depend on it."""
        if made := counts.get("I", 0):
            table = self.relation.name
            is_made = f"EXISTS (SELECT FROM {self._kept_in} AS k WHERE k.fsarsite_op = 'I' AND {self._same('t')})"
            yield from cascade_locks(self._catalog, self.relation, is_made)
            says = f"{{}} of the {made} rows of {table} that the change inserted were changed or deleted since"
            yield Step(f"DELETE FROM {table} AS t WHERE {is_made}", self._unlike("I", says), made, quiet=table)  # noqa: S608

    def insertions(self, counts: dict[str, int]) -> Iterable[Step]:
        """Put back what was deleted, where nothing has taken its place."""
        if gone := counts.get("D", 0):
            table, columns = self.relation.name, ", ".join(self._settable)
            values = ", ".join(f"k.{column}" for column in self._settable)
            put = f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {self._kept_in} AS k"  # noqa: S608
            guard = None
            if self._key:
                taken = f"FROM {self._kept_in} AS k JOIN {table} AS t ON {self._same('t')} WHERE k.fsarsite_op = 'D'"
                says = f"{{}} rows of {table} came since with the keys of rows that the change deleted"
                guard = Guard(f"SELECT count(*) {taken}", 0, says, self._listing(taken))
            yield Step(f"{put} WHERE k.fsarsite_op = 'D'", guard, gone, quiet=table)

    def updates(self, counts: dict[str, int]) -> Iterable[Step]:
        """Give updated rows their prior values."""
        if changed := counts.get("U", 0):
            table = self.relation.name
            values = ", ".join(f"{name} = k.{name}" for name, may_update in self._settable.items() if may_update)
            where = f"k.fsarsite_op = 'U' AND {self._same('t')}"
            put = f"UPDATE {table} AS t SET {values} FROM {self._kept_in} AS k WHERE {where}"  # noqa: S608
            yield Step(put, None, changed, quiet=table)

    def disposal(self) -> Step:
        """The step that comes last."""
        return Step(f"DROP TABLE {self._kept_in}")

    def _unlike(self, op: str, says: str) -> Guard:
        row = ", ".join(f"t.{column}" for column in self._columns)
        present = (
            f"SELECT FROM {self.relation.name} AS t WHERE {self._same('t')} AND md5(ROW({row})::text) = k.fsarsite_now"
        )
        missing = f"FROM {self._kept_in} AS k WHERE k.fsarsite_op = '{op}' AND NOT EXISTS ({present})"
        return Guard(f"SELECT count(*) {missing}", 0, says, self._listing(missing))

    def _listing(self, source: str) -> str:
        return listing_of(self.relation, [f"k.{self._key_column(place)}" for place in range(len(self._key))], source)

    def _same(self, alias: str) -> str:
        pairs = (f"{alias}.{name} = k.{self._key_column(place)}" for place, name in enumerate(self._key))
        return " AND ".join(pairs)

    def _record(self, op: str, identified_by: str, *, is_now: bool, is_prior: bool) -> str:
        names, values = ["fsarsite_op"], [f"'{op}'"]
        for place, name in enumerate(self._key):
            names.append(self._key_column(place))
            values.append(f"{identified_by}.{name}")
        if is_now:
            names.append("fsarsite_now")
            values.append(f"md5(ROW({', '.join(f'NEW.{column}' for column in self._columns)})::text)")
        if is_prior:
            names += self._columns
            values += [f"OLD.{column}" for column in self._columns]
        return f"INSERT INTO {self._kept_in} ({', '.join(names)}) VALUES ({', '.join(values)})"  # noqa: S608

    def _values(self, alias: str, *, is_prior: bool) -> tuple[str, str]:
        pairs = [(self._key_column(place), f"{alias}.{name}") for place, name in enumerate(self._key)]
        pairs += [(column, f"{alias}.{column}") for column in self._columns] if is_prior else []
        return ", ".join(name for name, _ in pairs), ", ".join(value for _, value in pairs)

    @staticmethod
    def _key_column(place: int) -> str:
        return f"fsarsite_key_{place}"
