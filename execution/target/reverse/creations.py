"""CREATE: what is new afterwards is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pglast import ast

from execution.target.catalog import Catalog
from execution.target.connection import identifier
from execution.target.reverse.plan import Guard, Node, Plan, Rows, Step, no_way_back, plans
from execution.target.statements import Statement

_KINDS: Mapping[type[ast.Node], str] = {
    ast.CreateStmt: "relation",
    ast.CreateTableAsStmt: "relation",
    ast.IndexStmt: "relation",
    ast.CreateSeqStmt: "relation",
    ast.ViewStmt: "relation",
    ast.CreateEnumStmt: "type",
    ast.CompositeTypeStmt: "type",
    ast.CreateDomainStmt: "type",
    ast.CreateSchemaStmt: "schema",
    ast.CreateTrigStmt: "trigger",
    ast.CreateExtensionStmt: "extension",
}
_HOLD_ROWS = {"r", "p", "m"}
_DROPPED_FIRST = ("r", "p", "v", "m", "S", "I", "i")
"""The others that one statement makes (a table's indexes and sequences) go along with the first of these."""


@plans(*_KINDS)
def plan_creation(catalog: Catalog, statement: Statement, node: ast.Node) -> Plan:
    """Run it; drop what it made. What is there already under IF NOT EXISTS is left alone."""
    _refuse_replacing(statement)
    kind = _KINDS[type(node)]
    before = catalog.objects(kind)

    def after(_: Rows) -> Iterable[Step]:
        made = catalog.objects(kind) - before
        return _dropped_relation(catalog, made) if kind == "relation" else _dropped(catalog, kind, made)

    return Plan(statement.text, after)


@plans(ast.CreateFunctionStmt)
def plan_function(catalog: Catalog, statement: Statement, node: Node) -> Plan:
    """Run it; drop the function, or give back the definition that OR REPLACE replaced."""
    names = [str(part.sval) for part in node.funcname or () if isinstance(part, ast.String)]
    before = catalog.functions(names)

    def after(_: Rows) -> Iterable[Step]:
        now = catalog.functions(names)
        for oid in now.keys() - before.keys():
            yield from _dropped(catalog, "function", {oid})
        for oid in now.keys() & before.keys():
            if now[oid] != before[oid]:
                yield Step(before[oid])

    return Plan(statement.text, after)


def _refuse_replacing(statement: Statement) -> None:
    node = statement.node
    if isinstance(node, ast.ViewStmt | ast.CreateTrigStmt) and node.replace:
        raise no_way_back(statement, "OR REPLACE; drop the former one and create the new one")
    if isinstance(node, ast.CreateSchemaStmt) and node.schemaElts:
        raise no_way_back(statement, "a schema with its contents in one statement")


def _dropped(catalog: Catalog, kind: str, made: set[int]) -> Iterable[Step]:
    for oid in sorted(made):
        found = catalog.found(kind, oid)
        yield Step(f"DROP {found.type} {found.identity}")


def _dropped_relation(catalog: Catalog, made: set[int]) -> Iterable[Step]:
    found = [relation for oid in made if (relation := catalog.relation_named(oid))]
    if not found:
        return
    first = min(found, key=lambda relation: (_order(relation.kind), relation.oid))
    word = catalog.found("relation", first.oid).type
    name = identifier(first.schema, first.plain_name)
    guard = None
    if first.kind in _HOLD_ROWS:
        count = f"SELECT count(*) FROM {name}"  # noqa: S608 - quoted
        says = f"the {word} {name} holds {{}} rows that the change did not put there"
        guard = Guard(count, catalog.count(count), says)
    yield Step(f"DROP {word} {name}", guard)


def _order(kind: str) -> int:
    return _DROPPED_FIRST.index(kind) if kind in _DROPPED_FIRST else len(_DROPPED_FIRST)
