"""DROP: what can be made again from its definition, and tables, which are set aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pglast import ast, enums

from execution.target.catalog import Catalog
from execution.target.reverse.plan import Node, Plan, Step, no_way_back, plans
from execution.target.reverse.tables import plan_drop_tables
from execution.target.statements import Statement

Kind = enums.ObjectType


@dataclass(frozen=True, slots=True)
class _Definition:
    """Where a kind of object is defined: its relkind, and the query that writes its CREATE."""

    relkind: str
    query: str


_DEFINED: Mapping[Kind, _Definition] = {
    Kind.OBJECT_INDEX: _Definition("i", "SELECT pg_get_indexdef(%s)"),
    Kind.OBJECT_VIEW: _Definition("v", "SELECT pg_get_viewdef(%s)"),
}


@plans(ast.DropStmt)
def plan_drop(catalog: Catalog, statement: Statement, node: Node) -> Plan:
    """Keep the definitions of what goes. Something that is not there is the database's to complain of."""
    if node.removeType == Kind.OBJECT_TABLE:
        return _tables(catalog, statement, node)
    if node.removeType == Kind.OBJECT_TRIGGER:
        steps = [step for names in node.objects for step in _trigger(catalog, names)]
    elif node.removeType in _DEFINED:
        kind = node.removeType
        steps = [step for names in node.objects for step in _defined(catalog, statement, kind, names)]
    else:
        raise no_way_back(statement, "what it holds would be gone")
    return Plan(statement.text, lambda _: reversed(steps))


def _tables(catalog: Catalog, statement: Statement, node: Node) -> Plan:
    found = [catalog.relation(_range(names)) for names in node.objects]
    present = [relation for relation in found if relation]
    if node.missing_ok and not present:
        return Plan(None, note=f"already satisfied, there is no such table: {statement}")
    if len(present) < len(found) and not node.missing_ok:
        return Plan(statement.text)  # the database says it better
    return plan_drop_tables(catalog, statement, present)


def _defined(catalog: Catalog, statement: Statement, kind: Kind, names: tuple[ast.String, ...]) -> Iterable[Step]:
    relation = catalog.relation(_range(names))
    if relation is None:
        return
    definition = _DEFINED[kind]
    if catalog.value("SELECT relacl IS NOT NULL OR reloptions IS NOT NULL FROM pg_class WHERE oid = %s", relation.oid):
        raise no_way_back(statement, "its rights and options would be lost")
    text = str(catalog.value(definition.query, relation.oid))
    if relation.kind == definition.relkind:
        yield Step(f"CREATE VIEW {relation.name} AS {text}" if kind == Kind.OBJECT_VIEW else text)


def _trigger(catalog: Catalog, names: tuple[ast.String, ...]) -> Iterable[Step]:
    relation = catalog.relation(_range(names[:-1]))
    query = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s AND tgname = %s"
    text = relation and catalog.value(query, relation.oid, names[-1].sval)
    if text:
        yield Step(str(text))


def _range(names: tuple[ast.String, ...]) -> ast.RangeVar:
    *schema, name = (str(part.sval) for part in names)
    return ast.RangeVar(schemaname=schema[-1] if schema else None, relname=name)
