"""The tables that a stretch of SQL creates, as a database would know them after each statement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pglast import ast, enums

_INTEGERS = {"int2", "int4", "int8", "serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"}
_TEXTS = {"text", "varchar", "bpchar", "char", "name"}


@dataclass(slots=True)
class Table:
    """`columns` maps a name to its type's name; `keys` are the column sets that are unique."""

    name: str
    columns: dict[str, str] = field(default_factory=dict)
    keys: set[frozenset[str]] = field(default_factory=set)
    is_closed: bool = True


def strings(items: object) -> tuple[str, ...]:
    """The values of a tuple of String nodes."""
    if not isinstance(items, list | tuple):
        return ()
    return tuple(str(item.sval) for item in items if isinstance(item, ast.String))


def type_name(node: ast.TypeName | None) -> str:
    """The last part of a type's name, "[]" behind it for an array."""
    names = strings(node.names) if node else ()
    return (names[-1].lower() if names else "?") + ("[]" if node is not None and node.arrayBounds else "")


def type_family(name: str) -> str:
    """What may refer to what: all integers compare, all texts compare."""
    if name in _INTEGERS:
        return "integer"
    return "text" if name in _TEXTS else name


def columns_of(statement: ast.CreateStmt) -> tuple[ast.ColumnDef, ...]:
    return tuple(item for item in statement.tableElts or () if isinstance(item, ast.ColumnDef))


def constraints_of(statement: ast.CreateStmt) -> Iterator[tuple[ast.ColumnDef | None, ast.Constraint]]:
    """Every constraint with the column that it is written at; None for one of the table."""
    for item in statement.tableElts or ():
        if isinstance(item, ast.Constraint):
            yield None, item
        elif isinstance(item, ast.ColumnDef):
            for constraint in item.constraints or ():
                if isinstance(constraint, ast.Constraint):
                    yield item, constraint


def table_of(statement: ast.CreateStmt) -> Table:
    """A table with LIKE, INHERITS or OF has columns that stand elsewhere: it is open."""
    relation = statement.relation
    table = Table(relation.relname.lower() if relation and relation.relname else "?")
    for column in columns_of(statement):
        table.columns[str(column.colname)] = type_name(column.typeName)
    for owner, constraint in constraints_of(statement):
        if constraint.contype in {enums.ConstrType.CONSTR_PRIMARY, enums.ConstrType.CONSTR_UNIQUE}:
            keys = strings(constraint.keys) or ((str(owner.colname),) if owner else ())
            table.keys.add(frozenset(keys))
    has_likes = any(isinstance(item, ast.TableLikeClause) for item in statement.tableElts or ())
    table.is_closed = not (has_likes or statement.inhRelations or statement.ofTypename or statement.partbound)
    return table
