"""SQL by PostgreSQL's own grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pglast import ast, parser

from proposals.gate.findings import CONTENT, REPORT
from proposals.gate.languages.fences import fences_in
from proposals.gate.languages.identity import Language
from proposals.gate.languages.positions import line_at
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject, is_too_large

# libpg_query reads C strings and UTF-8: a NUL would end the text early and a lone surrogate cannot be encoded.
_UNREADABLE = {0: "\ufffd"} | dict.fromkeys(range(55296, 57344), "�")
# Below this length no chain can be long enough to matter.
_SHORT = 8_000
_MAX_CHAIN = 4_000
_CHAIN_TOKEN = re.compile(
    r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$"
    r"|[(),;\[\]]|[-+*/<>=~!@#%^&|?:.]+|\b(?:and|or|not|is|in|like|between|union|except|intersect|case|join|collate|at)\b",
    re.DOTALL | re.IGNORECASE,
)
_SQL_LABELS = {"sql", "postgres", "postgresql", "pgsql", "psql"}
_SQL_VERBS = {"SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "TRUNCATE", "GRANT", "WITH", "COPY"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement and the 1-based lines it stands on, within the text that was parsed."""

    node: ast.Node
    start_line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class ParsedSql:
    """`error` is empty when the text parses; `error_line` is 1-based; statements are those that parse."""

    statements: tuple[Statement, ...]
    error: str = ""
    error_line: int = 0


@dataclass(frozen=True, slots=True)
class SqlText:
    """A stretch of SQL: a whole file, or one fence of a plan. `first_line` is where it begins in its artifact."""

    artifact: str
    text: str
    first_line: int


@lru_cache(maxsize=8)
def parse_sql(text: str) -> ParsedSql:
    """Parse without running. A syntax error still gives the statements that come before it."""
    readable = text.translate(_UNREADABLE)
    if len(readable) > _SHORT and _chain_length(readable) > _MAX_CHAIN:
        return ParsedSql((), "nested too deeply to parse", 1)
    try:
        return ParsedSql(_statements(readable))
    except (parser.ParseError, RecursionError) as error:
        reason = str(error.args[0]) if isinstance(error, parser.ParseError) else "nested too deeply to parse"
        offset = _error_offset(readable, error)
        return ParsedSql(_readable_statements(readable, offset), reason, line_at(readable, offset))


def walk_nodes(node: ast.Node) -> Iterator[ast.Node]:
    """The node and all below it, CTEs and subqueries included, without recursion."""
    waiting: list[object] = [node]
    while waiting:
        item = waiting.pop()
        if isinstance(item, ast.Node):
            yield item
            waiting.extend(reversed([getattr(item, name) for name in item]))
        elif isinstance(item, list | tuple):
            waiting.extend(reversed(item))


def sql_texts(subject: Subject, rules: Rules) -> tuple[SqlText, ...]:
    """Every stretch of SQL that approving the subject could run: the file itself, or the SQL fences of a plan.

    Nothing for a text above the policy's size: content/too-large returns that unread.
    """
    if is_too_large(subject.report.proposal, rules):
        return ()
    if subject.frame is not None:
        if subject.language is Language.SQL:
            return (SqlText(CONTENT, subject.frame.content, 1),)
        return ()
    return tuple(
        SqlText(REPORT, _without_hash_comments(fence.text), fence.start_line + 1)
        for fence in fences_in(subject.report_lines)
        if fence.label in _SQL_LABELS or _begins_like_sql(fence.text)
    )


def _begins_like_sql(text: str) -> bool:
    lines = (line.strip() for line in text.split("\n"))
    first = next((line for line in lines if line and not line.startswith(("--", "#", "//"))), "")
    return first.split(" ", 1)[0].upper() in _SQL_VERBS and " " in first


def _without_hash_comments(text: str) -> str:
    """Fences filed under another language comment as that language does."""
    return "\n".join(f"--{line}" if line.lstrip().startswith("#") else line for line in text.split("\n"))


def _chain_length(text: str) -> int:
    """The longest chain of operators over all open brackets: what the parser's native recursion grows with.

    libpg_query bounds brackets by itself and not chains such as 1 + 1 + 1; tens of thousands overflow its stack.
    """
    longest, counts = 0, [0]
    for match in _CHAIN_TOKEN.finditer(text):
        mark = match[0]
        if mark in "([":
            counts.append(0)
        elif mark in ")]":
            inner = counts.pop() if len(counts) > 1 else 0
            counts[-1] += mark == "]" and inner >= 0
        elif mark == ",":
            counts[-1] = 0
        elif mark == ";":
            counts = [0]
        elif not mark.startswith(("'", '"', "--", "/*", "$")):
            counts[-1] += 1
        longest = max(longest, counts[-1] + len(counts))
    return longest


def _error_offset(text: str, error: Exception) -> int:
    """Where the error is, in characters.

    pglast shifts an error's cursor once too often behind characters outside ASCII, so those are masked by a letter
    (the lexer takes both for parts of a name) and the masked text is asked again.
    """
    if not text.isascii():
        masked = "".join(char if char.isascii() else "x" for char in text)
        try:
            parser.parse_sql(masked)
        except (parser.ParseError, RecursionError) as again:
            error = again
    where = error.args[1] if len(error.args) > 1 else None
    # No cursor is given when the text ends too early.
    return where if isinstance(where, int) else max(len(text.rstrip()) - 1, 0)


def _statements(text: str) -> tuple[Statement, ...]:
    found = []
    for raw in parser.parse_sql(text):
        if raw.stmt is None:
            continue
        start = raw.stmt_location or 0
        end = start + raw.stmt_len if raw.stmt_len else len(text.rstrip())
        found.append(Statement(raw.stmt, line_at(text, start), line_at(text, max(end - 1, start))))
    return tuple(found)


def _readable_statements(text: str, offset: int) -> tuple[Statement, ...]:
    """What parses before the error, so that danger in a broken file is still seen."""
    end = text.rfind(";", 0, offset)
    if end < 0:
        return ()
    try:
        return _statements(text[: end + 1])
    except (parser.ParseError, RecursionError):
        return ()
