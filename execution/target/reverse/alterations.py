"""ALTER TABLE: columns, defaults, NOT NULL and constraints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pglast import ast, enums
from pglast.stream import RawStream

from execution.target.catalog import Catalog, Column, Relation
from execution.target.connection import Connection, identifier
from execution.target.reverse.columns import ColumnKeeper
from execution.target.reverse.keeping import listing_of
from execution.target.reverse.plan import Guard, Node, Plan, Rows, Step, no_way_back, plans
from execution.target.statements import Statement, same_statement

Kind = enums.AlterTableType
_TABLES = {"r", "p"}
_DESTROY = {Kind.AT_DropColumn, Kind.AT_AlterColumnType}
_MAKE_REQUIRED = {enums.ConstrType.CONSTR_PRIMARY, enums.ConstrType.CONSTR_NOTNULL}


@dataclass(frozen=True, slots=True)
class _Before:
    """The table as it was before the statement."""

    relation: Relation
    columns: Mapping[str, Column]
    constraints: Mapping[str, str]


@plans(ast.AlterTableStmt)
def plan_alteration(catalog: Catalog, statement: Statement, node: Node) -> Plan:
    """Run the commands whose outcome is not there yet; undo each. The last one done is the first undone."""
    relation = catalog.relation(node.relation)
    if relation is None or node.objtype != enums.ObjectType.OBJECT_TABLE or relation.kind not in _TABLES:
        return _without_table(statement, node, relation)
    before = _Before(relation, catalog.columns(relation), catalog.constraints(relation))
    commands = [command for command in node.cmds or () if not _is_there(catalog, before, command)]
    for command in commands:
        _ensure_undoable(statement, command)
    if not commands:
        return Plan(None, note=f"already satisfied: {statement}")
    if any(command.subtype in _DESTROY for command in commands):
        return _destroying(catalog, statement, before, commands)

    def after(_: Rows) -> Iterable[Step]:
        for command in commands:
            yield from _UNDO[command.subtype](catalog, before, command)

    return Plan(_text_of(statement, node, commands), after)


def _destroying(catalog: Catalog, statement: Statement, before: _Before, commands: list[Node]) -> Plan:
    """Columns that go or change their type, one per statement: each keeps its values first."""
    [command, *others] = commands
    if others:
        raise no_way_back(statement, "drop a column or change its type in a statement of its own")
    column = before.columns.get(command.name)
    if column is None:
        return Plan(statement.text)  # the database says it better
    keeper = ColumnKeeper(catalog, statement, before.relation, column, before.constraints)
    made: list[Step] = []

    def perform(connection: Connection, text: str) -> Rows:
        keeper.keep(connection)
        connection.execute(text.encode(), binary=True)
        dropped = command.subtype == Kind.AT_DropColumn
        made.extend(keeper.after_drop(connection) if dropped else keeper.after_change(connection))
        return []

    return Plan(statement.text, lambda _: made, perform=perform)


def _without_table(statement: Statement, node: Node, relation: Relation | None) -> Plan:
    if relation is None and node.missing_ok:
        return Plan(None, note=f"already satisfied, there is no such table: {statement}")
    if relation is None:
        return Plan(statement.text)  # the database says it better
    raise no_way_back(statement, "only tables can be altered")


def _text_of(statement: Statement, node: Node, commands: list[Node]) -> str:
    """The statement as approved; printed from the tree without the commands that have nothing to do."""
    if len(commands) == len(node.cmds):
        return statement.text
    rest = ast.AlterTableStmt(
        relation=node.relation, cmds=tuple(commands), objtype=node.objtype, missing_ok=node.missing_ok
    )
    text: str = RawStream()(rest)
    if not same_statement(text, rest):
        raise no_way_back(statement, "part of it is there already; propose the rest alone")
    return text


def _is_there(catalog: Catalog, before: _Before, command: Node) -> bool:
    """Whether a column to add exists with the type asked for, or under IF NOT EXISTS; or one to drop does not."""
    if command.subtype == Kind.AT_DropColumn:
        return bool(command.missing_ok) and command.name not in before.columns
    if command.subtype != Kind.AT_AddColumn:
        return False
    column = before.columns.get(command.def_.colname)
    if column is None:
        return False
    return bool(command.missing_ok) or catalog.type_of(RawStream()(command.def_.typeName)) == column.type


def _ensure_undoable(statement: Statement, command: Node) -> None:
    if command.subtype not in _UNDO and command.subtype not in _DESTROY:
        word = command.subtype.name.removeprefix("AT_") if command.subtype is not None else "?"
        raise no_way_back(statement, word)
    if command.behavior == enums.DropBehavior.DROP_CASCADE:
        raise no_way_back(statement, "CASCADE takes along what was not approved")
    if isinstance(command.def_, ast.Constraint) and command.def_.indexname:
        raise no_way_back(statement, "USING INDEX takes the index over")


def _add_column(catalog: Catalog, before: _Before, command: Node) -> Iterable[Step]:
    table, name = before.relation.name, command.def_.colname
    guard = _column_guard(catalog, before.relation, catalog.columns(before.relation)[name], command)
    yield Step(f"ALTER TABLE {table} DROP COLUMN {identifier(name)}", guard)


def _column_guard(catalog: Catalog, relation: Relation, column: Column, command: Node) -> Guard | None:
    """Values that the change did not put there are somebody's work: they keep the column from being dropped.

    A constant default is recognised value by value; of any other (now(), a sequence) only the number is known, and
    only that has to be counted now, under the lock of the table.
    """
    if column.is_generated:
        return None
    table, name, listing = relation.name, identifier(column.name), ""
    others = f"FROM {table} WHERE {name} IS NOT NULL"
    if column.default is not None and _has_constant_default(command.def_):
        default = f"CAST(({column.default}) AS {column.type})::text"
        others += f" AND {name}::text IS DISTINCT FROM {default}"
        present = 0
    else:
        present = catalog.count(f"SELECT count(*) {others}") if column.default or column.fills_itself else 0
    if not present and (key := catalog.primary_key(relation)):
        listing = listing_of(relation, [identifier(each) for each in key], others)
    says = f"{{}} rows of {table} hold values in {name} that came after the change"
    return Guard(f"SELECT count(*) {others}", present, says, listing)


def _has_constant_default(column: Node) -> bool:
    for constraint in column.constraints or ():
        if constraint.contype == enums.ConstrType.CONSTR_DEFAULT:
            written = constraint.raw_expr
            return isinstance(written.arg if isinstance(written, ast.TypeCast) else written, ast.A_Const)
    return False


def _add_constraint(catalog: Catalog, before: _Before, command: Node) -> Iterable[Step]:
    new = catalog.constraints(before.relation).keys() - before.constraints.keys()
    if command.def_.contype in _MAKE_REQUIRED:  # and dropping the constraint leaves them so; undone after it
        for column in catalog.columns(before.relation).values():
            former = before.columns.get(column.name)
            if former and column.is_required and not former.is_required:
                yield Step(f"ALTER TABLE {before.relation.name} ALTER COLUMN {identifier(column.name)} DROP NOT NULL")
    asked = command.def_.conname
    for name in sorted(new if asked is None else new & {asked}):
        yield Step(f"ALTER TABLE {before.relation.name} DROP CONSTRAINT IF EXISTS {identifier(name)}")


def _drop_constraint(_: Catalog, before: _Before, command: Node) -> Iterable[Step]:
    if command.name in before.constraints:
        definition = before.constraints[command.name]
        yield Step(f"ALTER TABLE {before.relation.name} ADD CONSTRAINT {identifier(command.name)} {definition}")


def _default(_: Catalog, before: _Before, command: Node) -> Iterable[Step]:
    column = before.columns.get(command.name)
    if column is not None:
        change = f"SET DEFAULT {column.default}" if column.default else "DROP DEFAULT"
        yield Step(f"ALTER TABLE {before.relation.name} ALTER COLUMN {identifier(command.name)} {change}")


def _not_null(_: Catalog, before: _Before, command: Node) -> Iterable[Step]:
    column = before.columns.get(command.name)
    is_required = command.subtype == Kind.AT_SetNotNull
    if column is not None and column.is_required != is_required:
        change = "DROP NOT NULL" if is_required else "SET NOT NULL"
        yield Step(f"ALTER TABLE {before.relation.name} ALTER COLUMN {identifier(command.name)} {change}")


_UNDO: Mapping[Kind, Callable[[Catalog, _Before, Node], Iterable[Step]]] = {
    Kind.AT_AddColumn: _add_column,
    Kind.AT_AddConstraint: _add_constraint,
    Kind.AT_DropConstraint: _drop_constraint,
    Kind.AT_ColumnDefault: _default,
    Kind.AT_SetNotNull: _not_null,
    Kind.AT_DropNotNull: _not_null,
}
