"""Hindsight on columns: the added one, and those of a new table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pglast import ast, enums

from proposals.gate.languages.sql_effects import name_of
from proposals.gate.languages.sql_questions import missing_column_check
from proposals.gate.retrospective.sections import Section

_MONEY = re.compile(r"amount|price|cost|revenue|income|fee|total|balance|budget|salary", re.IGNORECASE)
_PRIVATE = re.compile(r"email|phone|address|birth|ssn|iban|first_?name|last_?name", re.IGNORECASE)
_SECRET = re.compile(r"password|passwd|secret|token|api_?key|card_?number|cvv", re.IGNORECASE)
_INEXACT = {"float4", "float8", "float", "real"}
Saying = tuple[Section, int, str]


def added_column_says(table: str, column: ast.ColumnDef, *, is_conditional: bool) -> Iterator[Saying]:
    """What the future says of ALTER TABLE … ADD COLUMN."""
    name = f"{table}.{column.colname}"
    kinds = _constraints(column)
    has_default = enums.ConstrType.CONSTR_DEFAULT in kinds
    if enums.ConstrType.CONSTR_NOTNULL in kinds and not has_default:
        yield Section.BLIND_SPOTS, 5, f"{name} is NOT NULL without a default: it fails as soon as {table} holds a row."
        yield Section.MITIGATIONS, 4, f"Add {name} nullable, fill it, then SET NOT NULL in a change of its own."
    elif has_default:
        yield Section.CONSEQUENCES, 4, f"Every row from before claims the default of {name} as if it had been recorded."
    else:
        yield Section.BLIND_SPOTS, 4, f"Nothing here fills {name}: the rows that {table} holds already stay NULL."
        yield Section.SIGNALS, 4, f"The count of rows of {table} WHERE {column.colname} IS NULL keeps growing."
    if is_conditional:
        said = f"IF NOT EXISTS passes in silence when {table} has a {column.colname} of another type."
        yield Section.BLIND_SPOTS, 3, said
    else:
        yield Section.SIGNALS, 2, f"“column {column.colname} of relation {table} already exists” at the second run."
    yield Section.WISHES, 4, f"That the code which writes {name} had been released, and seen to write, with the column."
    if limit := _length_limit(column):
        yield Section.WISHES, 3, f"That {name} were text: VARCHAR({limit}) refuses the first value that is longer."
    check = missing_column_check(_bare(table), _name(column))
    yield Section.MITIGATIONS, 3, f"Ask first whether it is still missing: {check}"


def new_table_says(node: ast.CreateStmt) -> Iterator[Saying]:
    """What the future says of CREATE TABLE."""
    table = name_of(node.relation)
    columns = [item for item in node.tableElts or () if isinstance(item, ast.ColumnDef) and item.colname]
    constraints = [item for item in node.tableElts or () if isinstance(item, ast.Constraint)]
    if node.if_not_exists:
        yield Section.BLIND_SPOTS, 4, f"IF NOT EXISTS keeps an older {table} with other columns, and reports success."
    if not _has_primary_key(columns, constraints):
        yield Section.WISHES, 4, f"That {table} had a primary key: a doubled row can be neither told apart nor removed."
    for column in columns:
        yield from _column_says(table, column)
    referenced = {str(key.sval) for each in constraints for key in each.fk_attrs or ()}
    for column in columns:
        yield from _link_says(table, column, referenced)


def _column_says(table: str, column: ast.ColumnDef) -> Iterator[Saying]:
    name = f"{table}.{column.colname}"
    kind = _type_name(column)
    if _MONEY.search(_name(column)) and kind in _INEXACT:
        yield Section.CONSEQUENCES, 5, f"{name} is {kind}: sums of money drift by cents and no two reports agree."
        yield Section.MITIGATIONS, 4, f"Keep {name} in minor units as bigint, or as numeric(12,2)."
    if kind == "timestamp":
        yield Section.CONSEQUENCES, 2, f"{name} has no time zone: it means another moment after a server moves."
    if _SECRET.search(_name(column)) and "hash" not in _name(column).lower():
        yield (
            Section.BLIND_SPOTS,
            5,
            f"Nothing here says that {name} is hashed: a secret as it was typed.",
        )
        yield Section.SIGNALS, 3, f"Values of {name} that are readable in a dump."
    elif _PRIVATE.search(_name(column)):
        yield Section.BLIND_SPOTS, 3, f"When {name}, which is about a person, is deleted or given out on request."


def _link_says(table: str, column: ast.ColumnDef, referenced: set[str]) -> Iterator[Saying]:
    """A column called …_id that refers to nothing."""
    kinds = _constraints(column)
    is_link = _name(column).lower().endswith("_id") and enums.ConstrType.CONSTR_PRIMARY not in kinds
    if not is_link:
        return
    if column.colname in referenced or enums.ConstrType.CONSTR_FOREIGN in kinds:
        yield (
            Section.WISHES,
            2,
            f"That {table}.{column.colname} had an index: deletes elsewhere read all of {table}.",
        )
    else:
        yield (
            Section.CONSEQUENCES,
            3,
            f"{table}.{column.colname} refers to no table: rows outlive their owner.",
        )
        yield Section.SIGNALS, 2, f"Rows of {table} whose {column.colname} is found nowhere else."


def _has_primary_key(columns: list[ast.ColumnDef], constraints: list[ast.Constraint]) -> bool:
    primary = enums.ConstrType.CONSTR_PRIMARY
    return any(primary in _constraints(column) for column in columns) or any(
        each.contype == primary for each in constraints
    )


def _constraints(column: ast.ColumnDef) -> set[enums.ConstrType | None]:
    return {each.contype for each in column.constraints or () if isinstance(each, ast.Constraint)}


def _name(column: ast.ColumnDef) -> str:
    return column.colname or ""


def _type_name(column: ast.ColumnDef) -> str:
    names = column.typeName.names if column.typeName else ()
    return str(names[-1].sval).lower() if names else ""


def _length_limit(column: ast.ColumnDef) -> str:
    modifiers = column.typeName.typmods if column.typeName else None
    if _type_name(column) != "varchar" or not modifiers:
        return ""
    return str(getattr(getattr(modifiers[0], "val", None), "ival", ""))


def _bare(table: str) -> str:
    return table.rpartition(".")[2]
