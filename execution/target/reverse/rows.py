"""INSERT, UPDATE, DELETE, MERGE and TRUNCATE: rows go back to what they were, while nobody has changed them since."""

from __future__ import annotations

from collections.abc import Iterable

from pglast import ast, enums

from execution.failures import PermanentFailure
from execution.target.catalog import Catalog, Relation
from execution.target.connection import Connection, identifier, literal
from execution.target.reverse.keeping import (
    MOST_ROWS,
    RowKeeper,
    cascade_locks,
    ensure_plain,
    followers,
    listing_of,
)
from execution.target.reverse.plan import Guard, Node, Plan, Rows, Step, no_way_back, plans
from execution.target.statements import Statement
from proposals.gate.languages.sql import walk_nodes

MOST_KEPT_IN_ARTIFACT = 1000
"""Inserted rows whose keys are kept in the artifact itself."""
_WRITES = (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)


@plans(ast.InsertStmt)
def plan_insert(catalog: Catalog, statement: Statement, node: Node) -> Plan:
    """Insert, keeping key and fingerprint of every new row; what also changes other rows is a change of rows."""
    if node.returningClause:
        raise no_way_back(statement, "RETURNING; leave it out, nobody reads the rows")
    if _changes_other_rows(node):
        return plan_change(catalog, statement, node)
    relation = catalog.relation(node.relation)
    if relation is None:
        return Plan(statement.text)
    key = catalog.primary_key(relation)
    if relation.kind not in {"r", "p"} or not key:
        raise no_way_back(statement, f"{relation.name} has no primary key to know the rows by")
    alias = identifier(node.relation.alias.aliasname if node.relation.alias else node.relation.relname)
    returned = ", ".join(f"{alias}.{identifier(column)}::text" for column in key)

    def after(rows: Rows) -> Iterable[Step]:
        if len(rows) > MOST_KEPT_IN_ARTIFACT:
            most = f"{MOST_KEPT_IN_ARTIFACT} is the most that is kept track of"
            raise no_way_back(statement, f"it inserts {len(rows)} rows; {most}")
        values = getattr(node.selectStmt, "valuesLists", None)
        if values and not node.onConflictClause and len(rows) != len(values):
            raise PermanentFailure(f"a postcondition failed: {len(rows)} of {len(values)} rows came from {statement}")
        return _deletion(catalog, relation, key, rows) if rows else ()

    return Plan(f"{statement.text}\nRETURNING {returned}, md5(({alias}.*)::text)", after)


@plans(ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)
def plan_change(catalog: Catalog, statement: Statement, node: Node) -> Plan:
    """Change the rows, keeping what they were, with those that foreign keys change along."""
    if getattr(node, "returningClause", None):
        raise no_way_back(statement, "RETURNING; leave it out, nobody reads the rows")
    relations = _written(catalog, node)
    if relations is None:
        return Plan(statement.text)  # the database says it better
    _ensure_keyed(catalog, statement, node)
    for relation in relations:
        ensure_plain(catalog, statement, relation)
    keepers = [RowKeeper(catalog, relation) for relation in relations]
    made: list[Step] = []

    def perform(connection: Connection, text: str) -> Rows:
        for keeper in keepers:
            keeper.start(connection)
        connection.execute(text.encode(), binary=True)
        for keeper in keepers:
            keeper.stop(connection)
        made.extend(_undoing(connection, statement, keepers))
        return []

    return Plan(statement.text, lambda _: made, perform=perform)


@plans(ast.TruncateStmt)
def plan_truncate(catalog: Catalog, statement: Statement, node: Node) -> Plan:
    """Keep every row, then truncate."""
    if node.behavior == enums.DropBehavior.DROP_CASCADE or node.restart_seqs:
        raise no_way_back(statement, "leave CASCADE and RESTART IDENTITY out")
    relations = [catalog.relation(each) for each in node.relations]
    found = [relation for relation in relations if relation]
    if len(found) < len(relations):
        return Plan(statement.text)
    for relation in found:
        ensure_plain(catalog, statement, relation)
        if (rows := catalog.count(f"SELECT count(*) FROM {relation.name}")) > MOST_ROWS:  # noqa: S608 - quoted
            raise no_way_back(statement, f"{relation.name} holds {rows} rows; {MOST_ROWS} is the most that is kept")
    keepers = [RowKeeper(catalog, relation) for relation in found]
    made: list[Step] = []

    def perform(connection: Connection, text: str) -> Rows:
        for keeper in keepers:
            connection.execute(f"LOCK TABLE {keeper.relation.name} IN ACCESS EXCLUSIVE MODE".encode())
            keeper.keep_all(connection)
        connection.execute(text.encode(), binary=True)
        made.extend(_undoing(connection, statement, keepers))
        return []

    return Plan(statement.text, lambda _: made, perform=perform)


def _undoing(connection: Connection, statement: Statement, keepers: list[RowKeeper]) -> list[Step]:
    """The steps from the last to the first: first out what came, then back what went, then back what changed."""
    counts = [keeper.check(statement) for keeper in keepers]
    used = [(keeper, count) for keeper, count in zip(keepers, counts, strict=True) if count]
    steps = [keeper.lock(connection, count) for keeper, count in used]
    for keeper, count in reversed(used):
        steps += keeper.deletions(count)
    for keeper, count in used:
        steps += keeper.insertions(count)
    for keeper, count in used:
        steps += keeper.updates(count)
    steps += [keeper.disposal() for keeper, _ in used]
    for keeper, count in zip(keepers, counts, strict=True):
        if not count:
            connection.execute(keeper.disposal().sql.encode())
    return steps[::-1]


def _changes_other_rows(node: Node) -> bool:
    conflict = node.onConflictClause
    updates = conflict and conflict.action == enums.OnConflictAction.ONCONFLICT_UPDATE
    return bool(updates) or sum(isinstance(each, _WRITES) for each in walk_nodes(node)) > 1


def _written(catalog: Catalog, node: Node) -> list[Relation] | None:
    """Every table that the statement writes, and those that foreign keys take along; None when one is not there."""
    found: dict[int, Relation] = {}
    for each in walk_nodes(node):
        if isinstance(each, _WRITES):
            relation = catalog.relation(each.relation) if each.relation else None
            if relation is None:
                return None
            found.update({other.oid: other for other in followers(catalog, relation)})
    return list(found.values())


def _ensure_keyed(catalog: Catalog, statement: Statement, node: Node) -> None:
    """Rows that are not deleted must be found again."""
    for each in walk_nodes(node):
        if isinstance(each, _WRITES) and not isinstance(each, ast.DeleteStmt):
            relation = catalog.relation(each.relation) if each.relation else None
            if relation and not catalog.primary_key(relation):
                raise no_way_back(statement, f"{relation.name} has no primary key to know the rows by")


def _deletion(catalog: Catalog, relation: Relation, key: list[str], rows: Rows) -> list[Step]:
    columns = ", ".join(f"t.{identifier(column)}::text" for column in key)
    values = ", ".join(f"({', '.join(literal(value) for value in row)})" for row in rows)
    made = f"({columns}, md5((t.*)::text)) IN (VALUES {values})"
    names = [f"k{place}" for place in range(len(key))]
    is_there = (
        f"SELECT FROM {relation.name} AS t WHERE ({columns}, md5((t.*)::text)) = ({', '.join(names)}, fsarsite_sum)"
    )
    other = f"FROM (VALUES {values}) AS k ({', '.join(names)}, fsarsite_sum) WHERE NOT EXISTS ({is_there})"
    says = f"{{}} of the {len(rows)} rows that the change inserted were changed or deleted since"
    guard = Guard(f"SELECT count(*) {other}", 0, says, listing_of(relation, names, other))
    delete = Step(f"DELETE FROM {relation.name} AS t WHERE {made}", guard, len(rows), quiet=relation.name)  # noqa: S608
    return [delete, *cascade_locks(catalog, relation, made)]
