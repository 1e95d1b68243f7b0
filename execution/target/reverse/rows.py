"""INSERT: the rows it made are known by their keys, and are deleted only while nobody has changed them."""

from __future__ import annotations

from collections.abc import Iterable

from pglast import ast, enums

from execution.target.catalog import Catalog, Relation
from execution.target.connection import identifier, literal
from execution.target.reverse.plan import Node, Plan, Rows, Step, no_way_back, plans
from execution.target.statements import Statement
from proposals.gate.languages.sql import walk_nodes

MOST_ROWS = 1000
_WRITES = (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)


@plans(ast.InsertStmt)
def plan_insert(catalog: Catalog, statement: Statement, node: Node) -> Plan:
    """Insert, keeping key and fingerprint of every new row. Refuses more than `MOST_ROWS`, and tables without a key."""
    _ensure_plain(statement, node)
    relation = catalog.relation(node.relation)
    if relation is None:
        return Plan(statement.text)
    key = catalog.primary_key(relation)
    if relation.kind not in {"r", "p"} or not key:
        raise no_way_back(statement, f"{relation.name} has no primary key to know the rows by")
    alias = identifier(node.relation.alias.aliasname if node.relation.alias else node.relation.relname)
    kept = ", ".join(f"{alias}.{identifier(column)}::text" for column in key)

    def after(rows: Rows) -> Iterable[Step]:
        if len(rows) > MOST_ROWS:
            raise no_way_back(statement, f"it inserts {len(rows)} rows; {MOST_ROWS} is the most that is kept track of")
        return (_deletion(relation, key, rows),) if rows else ()

    return Plan(f"{statement.text}\nRETURNING {kept}, md5(({alias}.*)::text)", after)


def _ensure_plain(statement: Statement, node: Node) -> None:
    if node.returningClause:
        raise no_way_back(statement, "RETURNING; leave it out, nobody reads the rows")
    conflict = node.onConflictClause
    if conflict and conflict.action == enums.OnConflictAction.ONCONFLICT_UPDATE:
        raise no_way_back(statement, "ON CONFLICT DO UPDATE changes rows that were there")
    if sum(isinstance(each, _WRITES) for each in walk_nodes(node)) > 1:
        raise no_way_back(statement, "it writes in more than one place")


def _deletion(relation: Relation, key: list[str], rows: Rows) -> Step:
    columns = ", ".join(f"made.{identifier(column)}::text" for column in key)
    values = ", ".join(f"({', '.join(literal(value) for value in row)})" for row in rows)
    sql = f"DELETE FROM {relation.name} AS made WHERE ({columns}, md5((made.*)::text)) IN (VALUES {values})"  # noqa: S608
    return Step(sql, affects=len(rows))
