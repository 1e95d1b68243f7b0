"""The rows of the target that a change is about: a sample without them would show nothing of what it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg
from pglast import ast, enums

from execution.target.catalog import Catalog, Relation
from execution.target.connection import Connection, identifier
from execution.target.copying.tables import ForeignKey
from execution.target.postconditions import condition_of
from execution.target.reverse.keeping import MOST_ROWS
from execution.target.reverse.plan import no_way_back
from execution.target.reverse.tables import ensure_movable
from execution.target.statements import Statement
from proposals.gate.languages.sql import walk_nodes

Node = Any
Alter = enums.AlterTableType
_PLAIN = (
    ast.ColumnRef, ast.A_Const, ast.A_Expr, ast.BoolExpr, ast.NullTest, ast.BooleanTest, ast.TypeCast, ast.TypeName,
    ast.String, ast.Integer, ast.Float, ast.Boolean, ast.FuncCall, ast.CoalesceExpr, ast.A_ArrayExpr,
)  # fmt: skip
_EVERY_ROW = {Alter.AT_DropColumn, Alter.AT_AlterColumnType}


class Subjects:
    """Finds the rows by the statements' own conditions, where these are plain; in the caller's read-only transaction.

    What the copy would be too small to show is refused here as the run would refuse it.
    """

    def __init__(self, connection: Connection, sampled: Iterable[int], keys: Sequence[ForeignKey]) -> None:
        self._connection = connection
        self._catalog = Catalog(connection)
        self._sampled = frozenset(sampled)
        self._keys = keys
        self._seen: set[int] = set()

    def find(self, statements: Iterable[Statement]) -> Iterator[tuple[int, str]]:
        """Table and place of each row. Raises PermanentFailure for a change of more than can be kept."""
        for statement in statements:
            node: Node = statement.node
            if isinstance(node, ast.DropStmt) and node.removeType == enums.ObjectType.OBJECT_TABLE:
                self._ensure_movable(statement, node)
            for relation, condition in _subjects(self._catalog, node):
                found = self._rows(relation, node, condition)
                if len(found) > MOST_ROWS and relation.oid not in self._seen:  # later ones may find fewer than this
                    most = f"{MOST_ROWS} is the most that is kept"
                    raise no_way_back(statement, f"it changes more rows of {relation.name} than that: {most}")
                self._seen.add(relation.oid)
                yield from found
                if isinstance(node, ast.DeleteStmt):
                    yield from self._referring({(relation.oid, place) for _, place in found}, relation.oid)

    def _ensure_movable(self, statement: Statement, node: Node) -> None:
        for names in node.objects:
            *schema, name = (str(part.sval) for part in names)
            relation = self._catalog.relation(ast.RangeVar(schemaname=schema[-1] if schema else None, relname=name))
            if relation and relation.oid in self._sampled:
                ensure_movable(self._catalog, statement, relation)

    def _rows(self, relation: Relation, node: Node, condition: str) -> list[tuple[int, str]]:
        if relation.oid not in self._sampled:
            return []
        named = getattr(node, "relation", None)
        alias = named.alias.aliasname if named is not None and named.alias else relation.plain_name
        shown = identifier(alias)
        query = f"SELECT {shown}.tableoid::bigint, {shown}.ctid::text FROM {relation.name} AS {shown} WHERE {condition}"  # noqa: S608
        return self._read(f"{query} LIMIT {MOST_ROWS + 1}", ())

    def _referring(self, gone: set[tuple[int, str]], oid: int) -> Iterator[tuple[int, str]]:
        """Rows that refer to rows that go: they hold these back, or go along, with those that refer to them."""
        waiting = [(oid, [place for _, place in gone])]
        while waiting:
            parent, places = waiting.pop()
            for key in self._keys:
                if key.parent_oid == parent and key.child_oid in self._sampled and places:
                    having = f"SELECT FROM {key.parent} AS p WHERE {key.same('c', 'p')} AND p.ctid = ANY(%s::tid[])"
                    query = (
                        f"SELECT c.tableoid::bigint, c.ctid::text FROM ONLY {key.child} AS c WHERE EXISTS ({having})"  # noqa: S608
                    )
                    new = set(self._read(f"{query} LIMIT {MOST_ROWS + 1}", (places,))) - gone
                    gone |= new
                    yield from new
                    if key.cascades:
                        waiting.append((key.child_oid, [place for _, place in new]))

    def _read(self, query: str, values: Sequence[object]) -> list[tuple[int, str]]:
        """Nothing where the query fails or takes too long: an earlier statement may make what it names."""
        try:
            with self._connection.transaction():
                return self._connection.execute(query.encode(), values or None).fetchall()
        except (psycopg.ProgrammingError, psycopg.DataError, psycopg.errors.QueryCanceled):
            return []


def _subjects(catalog: Catalog, node: Node) -> Iterator[tuple[Relation, str]]:
    """Tables and conditions on their rows; none for a statement whose rows cannot be told without running it."""
    named_tables = getattr(node, "relations", None) or [getattr(node, "relation", None)]
    for named in named_tables:
        condition = _condition(node)
        relation = catalog.relation(named) if named is not None and condition else None
        if relation and condition:
            yield relation, condition


def _condition(node: Node) -> str | None:
    match node:
        case ast.TruncateStmt():
            return "true"
        case ast.AlterTableStmt():
            return "true" if any(command.subtype in _EVERY_ROW for command in node.cmds or ()) else None
        case ast.UpdateStmt() | ast.DeleteStmt():
            joins = node.withClause or getattr(node, "fromClause", None) or getattr(node, "usingClause", None)
            return None if joins or not _is_plain(node.whereClause) else condition_of(node)
    return None


def _is_plain(where: Node) -> bool:
    """Whether it can be asked of the target itself, by somebody whom nobody has approved yet."""
    if where is None:
        return True
    for each in walk_nodes(where):
        if not isinstance(each, _PLAIN):
            return False
        if isinstance(each, ast.FuncCall) and not _is_of_the_server(each):
            return False
    return True


def _is_of_the_server(call: Node) -> bool:
    return [str(part.sval) for part in call.funcname[:-1]] in ([], ["pg_catalog"])
