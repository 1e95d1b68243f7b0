"""What must hold once a statement ran, worked out from its syntax tree: an answer without an error is not enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pglast import ast, enums, parser
from pglast.stream import RawStream

from execution.failures import PermanentFailure
from execution.target.catalog import Catalog, Relation
from execution.target.connection import identifier
from execution.target.statements import Statement
from proposals.gate.languages.sql import walk_nodes

Node = Any
Alter = enums.AlterTableType
_SAME_ALL_ALONG = frozenset({"now", "lower", "upper", "length", "coalesce", "abs", "round", "trim", "btrim"})
_RELATIONS = {
    enums.ObjectType.OBJECT_TABLE,
    enums.ObjectType.OBJECT_VIEW,
    enums.ObjectType.OBJECT_MATVIEW,
    enums.ObjectType.OBJECT_INDEX,
    enums.ObjectType.OBJECT_SEQUENCE,
}


def verify(catalog: Catalog, statement: Statement) -> None:
    """Raise PermanentFailure when the database is not as a statement that just ran has to leave it."""
    for node, failures in _FAILURES.items():
        if isinstance(statement.node, node):
            for failure in failures(catalog, statement.node):
                raise PermanentFailure(f"a postcondition failed: after {statement}, {failure}")


def _made(catalog: Catalog, node: Node) -> Iterator[str]:
    relation = catalog.relation(_range_made(node))
    if relation is None:
        yield f"there is no {_range_made(node).relname}"
    elif isinstance(node, ast.IndexStmt) and not _is_valid(catalog, relation):
        yield f"the index {relation.name} is not valid"


def _made_index(catalog: Catalog, node: Node) -> Iterator[str]:
    if node.idxname:
        yield from _made(catalog, node)


def _range_made(node: Node) -> ast.RangeVar:
    if hasattr(node, "idxname"):
        return ast.RangeVar(schemaname=node.relation.schemaname, relname=node.idxname)
    place = {ast.ViewStmt: "view", ast.CreateSeqStmt: "sequence"}.get(type(node), "relation")
    found: ast.RangeVar = getattr(node, place)
    return found


def _is_valid(catalog: Catalog, index: Relation) -> bool:
    return bool(catalog.value("SELECT indisvalid FROM pg_index WHERE indexrelid = %s", index.oid))


def _dropped(catalog: Catalog, node: Node) -> Iterator[str]:
    if node.removeType not in _RELATIONS:
        return
    for names in node.objects:
        *schema, name = (str(part.sval) for part in names)
        if catalog.relation(ast.RangeVar(schemaname=schema[-1] if schema else None, relname=name)):
            yield f"{name} is still there"


def _renamed(catalog: Catalog, node: Node) -> Iterator[str]:
    if node.renameType in _RELATIONS:
        named = ast.RangeVar(schemaname=node.relation.schemaname, relname=node.newname)
        if catalog.relation(named) is None:
            yield f"there is no {node.newname}"


def _altered(catalog: Catalog, node: Node) -> Iterator[str]:
    relation = catalog.relation(node.relation)
    if relation is None:
        return
    columns, rules = catalog.columns(relation), catalog.constraints(relation)
    for command in node.cmds or ():
        name, kind = command.name, command.subtype
        column = columns.get(name) if name else None
        if kind == Alter.AT_AddColumn and command.def_.colname not in columns:
            yield f"there is no column {command.def_.colname}"
        elif kind == Alter.AT_AlterColumnType and _has_other_type(catalog, command, column):
            yield f"the column {name} has another type"
        elif kind in _HOLDS and not _HOLDS[kind](name, column, rules):
            yield f"{name} is not as asked"


def _has_other_type(catalog: Catalog, command: Node, column: Any) -> bool:
    wanted = catalog.type_of(RawStream()(command.def_.typeName))
    return column is None or (wanted is not None and wanted != column.type)


_HOLDS: Mapping[Alter, Callable[[str, Any, Mapping[str, str]], bool]] = {
    Alter.AT_DropColumn: lambda _, column, __: column is None,
    Alter.AT_SetNotNull: lambda _, column, __: column is not None and column.is_required,
    Alter.AT_DropNotNull: lambda _, column, __: column is not None and not column.is_required,
    Alter.AT_DropConstraint: lambda name, _, rules: name not in rules,
}


def _deleted(catalog: Catalog, node: Node) -> Iterator[str]:
    if node.usingClause or node.withClause:
        return
    condition = condition_of(node)
    if condition is not None:
        left = _count(catalog, node, condition)
        if left:
            yield f"{left} rows that it should have deleted are there"


def _updated(catalog: Catalog, node: Node) -> Iterator[str]:
    if node.fromClause or node.withClause:
        return
    condition, relation = condition_of(node), catalog.relation(node.relation)
    columns = catalog.columns(relation) if relation else {}
    for target in node.targetList or ():
        column = columns.get(target.name)
        if condition is None or column is None or target.indirection or not _is_constant(target.val):
            continue
        value = RawStream()(target.val)
        differs = f"{identifier(column.name)}::text IS DISTINCT FROM CAST({value} AS {column.type})::text"
        other = _count(catalog, node, f"({condition}) AND {differs}")
        if other:
            yield f"{other} rows hold something else than {value} in {target.name}"


def condition_of(node: Node) -> str | None:
    """The WHERE as text; None when it could come out otherwise a second time, or cannot be printed back exactly."""
    if node.whereClause is None:
        return "true"
    for each in walk_nodes(node.whereClause):
        if isinstance(each, ast.SubLink) or (isinstance(each, ast.FuncCall) and not _is_settled(each)):
            return None
    text: str = RawStream()(node.whereClause)
    [again] = parser.parse_sql(f"SELECT FROM t WHERE {text}")
    return text if getattr(again.stmt, "whereClause", None) == node.whereClause else None


def _is_settled(call: Node) -> bool:
    return str(call.funcname[-1].sval).lower() in _SAME_ALL_ALONG


def _is_constant(value: Node) -> bool:
    return isinstance(value.arg if isinstance(value, ast.TypeCast) else value, ast.A_Const)


def _count(catalog: Catalog, node: Node, condition: str) -> int:
    relation = catalog.relation(node.relation)
    if relation is None:
        return 0
    alias = node.relation.alias.aliasname if node.relation.alias else node.relation.relname
    return catalog.count(f"SELECT count(*) FROM {relation.name} AS {identifier(alias)} WHERE {condition}")  # noqa: S608


_FAILURES: Mapping[type[ast.Node], Callable[[Catalog, Node], Iterator[str]]] = {
    ast.CreateStmt: _made,
    ast.ViewStmt: _made,
    ast.CreateSeqStmt: _made,
    ast.IndexStmt: _made_index,
    ast.DropStmt: _dropped,
    ast.RenameStmt: _renamed,
    ast.AlterTableStmt: _altered,
    ast.DeleteStmt: _deleted,
    ast.UpdateStmt: _updated,
}
