"""What the body of a function would run: it is approved along with the statement that makes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pglast import ast, parse_plpgsql, parser
from pglast.stream import RawStream

Node = Any
LANGUAGES = frozenset({"sql", "plpgsql"})
_ROWS_ONLY = (ast.SelectStmt, ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)
_DYNAMIC = {"PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors", "dynquery"}
_ENDING = {"PLpgSQL_stmt_commit", "PLpgSQL_stmt_rollback", "PLpgSQL_stmt_call"}
_EXPRESSION = 2
"""parseMode of libpg_query: 0 a statement, 2 an expression, above it an assignment."""
_ASSIGNS = re.compile(r":=|=")


class Unreadable(Exception):
    """A body, or a part of it, that cannot be judged before it runs; the message says which."""


def statements_in(node: Node) -> Iterator[ast.Node]:
    """The statements in the body of a CREATE FUNCTION in SQL or PL/pgSQL, expressions as SELECTs. Raises Unreadable.

    Those of a body in SQL-standard form are in the tree of the statement itself.
    """
    options: dict[str, Any] = {
        str(option.defname): option.arg for option in node.options or () if isinstance(option, ast.DefElem)
    }
    if "as" not in options:
        return
    language = str(options["language"].sval).lower() if "language" in options else "sql"
    texts = _of_plpgsql(node) if language == "plpgsql" else [str(part.sval) for part in options["as"]]
    for text in texts:
        for found in _parsed(text):
            if not isinstance(found, _ROWS_ONLY):
                raise Unreadable(f"a function body may read and change rows, and nothing else: {text.strip()[:80]}")
            yield found


def _of_plpgsql(node: Node) -> Iterator[str]:
    try:
        found = parse_plpgsql(RawStream()(node))
    except parser.ParseError as error:
        raise Unreadable("the body of the function does not parse") from error
    waiting: list[Any] = [found]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            _ensure_static(item.keys())
            if "query" in item and "parseMode" in item:
                yield from _as_statements(item["query"], item["parseMode"])
            waiting.extend(item.values())


def _ensure_static(names: Any) -> None:
    if names & _DYNAMIC:
        raise Unreadable("EXECUTE in a function body cannot be judged; write the statement itself")
    if names & _ENDING:
        raise Unreadable("a function body that ends transactions or calls procedures cannot be taken back")


def _as_statements(query: str, mode: int) -> list[str]:
    if mode < _EXPRESSION:
        return [query]
    return [f"SELECT {part}" for part in (_ASSIGNS.split(query, maxsplit=1) if mode > _EXPRESSION else [query])]


def _parsed(text: str) -> list[ast.Node]:
    try:
        return [each.stmt for each in parser.parse_sql(text) if each.stmt]
    except parser.ParseError as error:
        raise Unreadable(f"the body of the function does not parse: {text.strip()[:80]}") from error
