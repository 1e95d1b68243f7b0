"""RENAME and COMMENT: the former name, the former words."""

from __future__ import annotations

from collections.abc import Iterable

from pglast import ast, enums

from execution.target.catalog import Catalog, Relation
from execution.target.connection import identifier, literal
from execution.target.reverse.plan import Node, Plan, Rows, Step, no_way_back, plans
from execution.target.statements import Statement

Kind = enums.ObjectType
_RELATIONS = {Kind.OBJECT_TABLE, Kind.OBJECT_VIEW, Kind.OBJECT_MATVIEW, Kind.OBJECT_INDEX, Kind.OBJECT_SEQUENCE}
_INSIDE = {Kind.OBJECT_COLUMN: "COLUMN", Kind.OBJECT_TABCONSTRAINT: "CONSTRAINT"}


@plans(ast.RenameStmt)
def plan_rename(catalog: Catalog, statement: Statement, node: Node) -> Plan:
    """Rename back."""
    kind = node.renameType
    if kind not in _RELATIONS | _INSIDE.keys() or node.behavior == enums.DropBehavior.DROP_CASCADE:
        raise no_way_back(statement)
    relation = catalog.relation(node.relation)
    if relation is None:
        return Plan(statement.text)

    def after(_: Rows) -> Iterable[Step]:
        now = catalog.relation_named(relation.oid) or relation
        if kind in _RELATIONS:
            yield Step(f"ALTER TABLE {now.name} RENAME TO {identifier(relation.plain_name)}")
        else:
            new, former = identifier(node.newname), identifier(node.subname)
            yield Step(f"ALTER TABLE {now.name} RENAME {_INSIDE[kind]} {new} TO {former}")

    return Plan(statement.text, after)


@plans(ast.CommentStmt)
def plan_comment(catalog: Catalog, statement: Statement, node: Node) -> Plan:
    """Put the former comment back, or none."""
    names = [str(part.sval) for part in node.object] if isinstance(node.object, tuple) else []
    is_column = node.objtype == Kind.OBJECT_COLUMN
    if not names or node.objtype not in _RELATIONS | {Kind.OBJECT_COLUMN}:
        raise no_way_back(statement)
    *schema, name = names[:-1] if is_column else names
    relation = catalog.relation(ast.RangeVar(schemaname=schema[-1] if schema else None, relname=name))
    if relation is None:
        return Plan(statement.text)
    steps = (_former_comment(catalog, relation, names[-1] if is_column else None),)
    return Plan(statement.text, lambda _: steps)


def _former_comment(catalog: Catalog, relation: Relation, column: str | None) -> Step:
    if column is None:
        words = catalog.value("SELECT obj_description(%s, 'pg_class')", relation.oid)
        target = f"{catalog.found('relation', relation.oid).type} {relation.name}"
    else:
        words = catalog.value(
            "SELECT col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = %s AND attname = %s",
            relation.oid,
            column,
        )
        target = f"COLUMN {relation.name}.{identifier(column)}"
    return Step(f"COMMENT ON {target} IS {'NULL' if words is None else literal(words)}")
