"""What SQL statements change, in words, and what takes each change back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pglast import ast, enums

from proposals.gate.languages.sql import Statement


@dataclass(frozen=True, slots=True)
class Change:
    """`weight` orders changes by what they can cost (1-5). An empty `way_back` means that rows are lost."""

    does: str
    worst_case: str
    way_back: str
    weight: int


def changes_of(statements: Iterable[Statement]) -> tuple[Change, ...]:
    """One change per statement that changes something, in order."""
    found: list[Change] = []
    for statement in statements:
        describe = _DESCRIBERS.get(type(statement.node))
        if describe:
            found.extend(describe(statement.node))
    return tuple(found)


def name_of(relation: ast.RangeVar | None) -> str:
    if relation is None:
        return "?"
    return ".".join(part for part in (relation.schemaname, relation.relname) if part)


def dropped_names(node: ast.DropStmt) -> list[str]:
    return [_joined(item) for item in node.objects or ()]


def _joined(item: object) -> str:
    if isinstance(item, ast.String):
        return str(item.sval)
    if isinstance(item, ast.TypeName):
        return ".".join(str(part.sval) for part in item.names or ())
    if isinstance(item, ast.ObjectWithArgs):
        return ".".join(str(part.sval) for part in item.objname or ())
    if isinstance(item, list | tuple):
        return ".".join(_joined(part) for part in item)
    return "?"


def object_word(kind: enums.ObjectType | None) -> str:
    """ "table" for OBJECT_TABLE."""
    return "object" if kind is None else kind.name.removeprefix("OBJECT_").lower().replace("_", " ")


def _create_table(node: ast.CreateStmt) -> list[Change]:
    name = name_of(node.relation)
    worst = f"The table {name} exists with columns that nothing else expects, and has to be changed under data."
    return [Change(f"create table {name}", worst, f"DROP TABLE {name}", 2)]


def _index(node: ast.IndexStmt) -> list[Change]:
    table, name = name_of(node.relation), node.idxname or "an index"
    worst = f"Writes to {table} wait while the index is built."
    return [Change(f"index {table}", worst, f"DROP INDEX {name}", 3 if not node.concurrent else 2)]


def _view(node: ast.ViewStmt) -> list[Change]:
    name = name_of(node.view)
    worst = f"Readers of the view {name} get other rows than before."
    return [Change(f"create view {name}", worst, f"DROP VIEW {name} (or its former definition)", 2)]


def _alter(node: ast.AlterTableStmt) -> list[Change]:
    return [_alter_command(name_of(node.relation), command) for command in node.cmds or ()]


def _alter_command(table: str, command: ast.AlterTableCmd) -> Change:
    kind = enums.AlterTableType
    if command.subtype == kind.AT_AddColumn and isinstance(command.def_, ast.ColumnDef):
        column = command.def_.colname
        worst = f"{table} is locked while {column} is added, and code that reads * meets a column it does not know."
        return Change(f"add column {table}.{column}", worst, f"ALTER TABLE {table} DROP COLUMN {column}", 3)
    if command.subtype == kind.AT_DropColumn:
        worst = f"The values of {table}.{command.name} are gone."
        return Change(f"drop column {table}.{command.name}", worst, "", 5)
    if command.subtype == kind.AT_AlterColumnType:
        worst = f"{table} is rewritten under an exclusive lock and values of {command.name} may not survive the cast."
        return Change(f"change the type of {table}.{command.name}", worst, "the former type", 4)
    word = command.subtype.name.removeprefix("AT_") if command.subtype is not None else "?"
    worst = f"{table} is locked while {word} runs, and what relied on its former shape fails."
    return Change(f"alter table {table} ({word})", worst, f"the reverse of {word}", 3)


def _drop(node: ast.DropStmt) -> list[Change]:
    word = object_word(node.removeType)
    names = ", ".join(dropped_names(node))
    holds_rows = word in {"table", "schema", "materialized view", "sequence", "foreign table"}
    worst = f"The {word} {names} is gone, with every row in it." if holds_rows else f"What uses {names} fails."
    back = "" if holds_rows else f"the former definition of {names}"
    return [Change(f"drop {word} {names}", worst, back, 5 if holds_rows else 3)]


def _drop_database(node: ast.DropdbStmt) -> list[Change]:
    return [Change(f"drop database {node.dbname}", f"The whole database {node.dbname} is gone.", "", 5)]


def _truncate(node: ast.TruncateStmt) -> list[Change]:
    names = ", ".join(name_of(item) for item in node.relations or () if isinstance(item, ast.RangeVar))
    return [Change(f"empty {names}", f"Every row of {names} is gone.", "", 5)]


def _delete(node: ast.DeleteStmt) -> list[Change]:
    name = name_of(node.relation)
    every = "" if node.whereClause else "every row, "
    worst = f"Rows of {name} are gone ({every}no copy is kept)."
    return [Change(f"delete rows of {name}", worst, "", 5 if every else 4)]


def _update(node: ast.UpdateStmt) -> list[Change]:
    name = name_of(node.relation)
    worst = f"Rows of {name} hold new values; the former ones are gone."
    return [Change(f"update {name}", worst, "", 3)]


def _insert(node: ast.InsertStmt) -> list[Change]:
    name = name_of(node.relation)
    worst = f"Rows that should not exist stand in {name} and are counted."
    return [Change(f"insert into {name}", worst, f"DELETE the inserted rows of {name}", 2)]


def _rename(node: ast.RenameStmt) -> list[Change]:
    what = node.subname or name_of(node.relation)
    worst = f"Everything that still says {what} fails at once."
    return [Change(f"rename {what} to {node.newname}", worst, f"rename {node.newname} to {what}", 4)]


def _function(node: ast.CreateFunctionStmt) -> list[Change]:
    name = ".".join(str(part.sval) for part in node.funcname or ())
    return [
        Change(f"create function {name}", f"Callers of {name} run other code than before.", f"DROP FUNCTION {name}", 3)
    ]


_DESCRIBERS: dict[type, Callable[..., list[Change]]] = {
    ast.CreateStmt: _create_table,
    ast.IndexStmt: _index,
    ast.ViewStmt: _view,
    ast.AlterTableStmt: _alter,
    ast.DropStmt: _drop,
    ast.DropdbStmt: _drop_database,
    ast.TruncateStmt: _truncate,
    ast.DeleteStmt: _delete,
    ast.UpdateStmt: _update,
    ast.InsertStmt: _insert,
    ast.RenameStmt: _rename,
    ast.CreateFunctionStmt: _function,
}
