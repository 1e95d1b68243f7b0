"""What the bodies of functions and DO blocks do, statement by statement, without running them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pglast import ast, parser
from pglast.error import Error
from pglast.stream import RawStream

from proposals.gate.languages.sql import parse_sql
from proposals.gate.languages.sql_tables import strings

_PLAIN = 0
_ASSIGNMENTS = {3, 4, 5}
_ASSIGNED = re.compile(r"^[^=]*?:?=", re.DOTALL)
_DYNAMIC_KINDS = {"PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors"}
_PLACES = re.compile(r"%(?:\d+\$)?-?\d*([IsL])")
_VALUE, _LITERAL = "fsar", "'fsar'"
_LONGEST_BODY = 60_000


@dataclass(frozen=True, slots=True)
class Routine:
    """`statements` are those of the body and of the constant texts that it executes.

    `opaque` are expressions that it executes and that no constant text tells; `is_read` is False for a body that
    cannot be taken apart.
    """

    language: str
    statements: tuple[ast.Node, ...] = ()
    opaque: tuple[str, ...] = ()
    is_read: bool = True


def routine_of(node: ast.CreateFunctionStmt | ast.DoStmt) -> Routine:
    """The body taken apart, by PostgreSQL's own grammar of PL/pgSQL."""
    language, body = _language_and_body(node)
    if isinstance(node, ast.CreateFunctionStmt) and node.sql_body is not None:
        return Routine("sql", tuple(_flat(node.sql_body)))
    if len(body) > _LONGEST_BODY:
        return Routine(language, is_read=False)
    if language == "sql":
        parsed = parse_sql(body)
        return Routine(language, tuple(item.node for item in parsed.statements), is_read=not parsed.error)
    return _plpgsql(node, body) if language == "plpgsql" else Routine(language, is_read=False)


def _flat(items: object) -> Iterator[ast.Node]:
    if isinstance(items, ast.Node):
        yield items
    for item in items if isinstance(items, list | tuple) else ():
        yield from _flat(item)


def _language_and_body(node: ast.CreateFunctionStmt | ast.DoStmt) -> tuple[str, str]:
    language, body = "plpgsql" if isinstance(node, ast.DoStmt) else "sql", ""
    for option in (node.args if isinstance(node, ast.DoStmt) else node.options) or ():
        if not isinstance(option, ast.DefElem):
            continue
        said = [str(option.arg.sval)] if isinstance(option.arg, ast.String) else [*strings(option.arg)]
        if option.defname == "language":
            language = said[0].lower() if said else language
        elif option.defname == "as":
            body = "\n".join(said)
    return language, body


def _plpgsql(node: ast.CreateFunctionStmt | ast.DoStmt, body: str) -> Routine:
    quote = next(f"$fsar{number}$" for number in range(len(body) + 2) if f"$fsar{number}$" not in body)
    whole = f"CREATE FUNCTION fsar() RETURNS void LANGUAGE plpgsql AS {quote}{body}{quote}"
    try:
        tree = json.loads(
            parser.parse_plpgsql_json(RawStream()(node) if isinstance(node, ast.CreateFunctionStmt) else whole)
        )
    except (Error, parser.ParseError, RecursionError, ValueError, NotImplementedError):
        return Routine("plpgsql", is_read=False)
    statements: list[ast.Node] = []
    opaque: list[str] = []
    for text, mode, is_dynamic in _expressions(tree):
        found = _nodes(text, mode)
        statements.extend(found)
        executed = [item for node in found if is_dynamic for item in _executed(node)]
        statements.extend(item for item in executed if item is not None)
        if is_dynamic and (not executed or None in executed):
            opaque.append(text)
    return Routine("plpgsql", tuple(statements), tuple(opaque))


def _expressions(tree: object) -> Iterator[tuple[str, int, bool]]:
    """Each text that the body holds, its mode, and whether the text that it gives is executed."""
    waiting: list[tuple[object, bool]] = [(tree, False)]
    while waiting:
        item, is_dynamic = waiting.pop()
        if isinstance(item, list):
            waiting.extend((part, is_dynamic) for part in item)
        elif isinstance(item, dict):
            for key, value in item.items():
                if key == "PLpgSQL_expr":
                    yield str(value.get("query", "")), int(value.get("parseMode", _PLAIN)), is_dynamic
                elif key in _DYNAMIC_KINDS and isinstance(value, dict):
                    waiting.extend((value[name], name == "query") for name in value)
                else:
                    waiting.append((value, key == "dynquery"))


def _nodes(text: str, mode: int) -> list[ast.Node]:
    if mode in _ASSIGNMENTS:
        text = _ASSIGNED.sub("", text, count=1)
    parsed = parse_sql(text if mode == _PLAIN else f"SELECT {text}")
    return [item.node for item in parsed.statements]


def _executed(expression: ast.Node) -> Iterator[ast.Node | None]:
    """The statements that the expression's constants spell; None when there are none, or they cannot be read."""
    targets = expression.targetList if isinstance(expression, ast.SelectStmt) else None
    spelled = _spelled(targets[0].val) if targets and isinstance(targets[0], ast.ResTarget) else ""
    parsed = parse_sql(spelled) if spelled.strip() else None
    if parsed is None or parsed.error or not parsed.statements:
        yield None
        return
    yield from (item.node for item in parsed.statements)


def _spelled(node: object) -> str:
    """The text that an expression gives, with a name where a value goes; that name alone when nothing is constant."""
    if isinstance(node, ast.A_Const):
        return str(node.val.sval) if isinstance(node.val, ast.String) else _VALUE
    if isinstance(node, ast.A_Expr) and strings(node.name) == ("||",):
        return _spelled(node.lexpr) + _spelled(node.rexpr)
    if isinstance(node, ast.FuncCall) and strings(node.funcname)[-1:] == ("format",) and node.args:
        return _PLACES.sub(lambda match: _LITERAL if match[1] == "L" else _VALUE, _spelled(node.args[0]))
    if isinstance(node, ast.TypeCast):
        return _spelled(node.arg)
    return _VALUE
