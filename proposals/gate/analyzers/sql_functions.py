"""The bodies of functions, which PostgreSQL reads only when the statement runs."""

from __future__ import annotations

from collections.abc import Iterable

from pglast import ast, parser

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Raises, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.languages.sql import parse_sql
from proposals.gate.languages.sql_tables import strings
from proposals.gate.subject import Subject

BODY = Rule(
    "sql/function-body",
    Level.ERROR,
    Effect.UNUSABLE,
    "The body of a function does not parse",
    "Correct the body; create the function once in an empty database before submitting.",
)
UNTRUSTED = Rule(
    "danger/sql-untrusted-language",
    Level.ERROR,
    Effect.BLOCK,
    "A function is written in a language that can do anything on the server",
    "Write it in SQL or PL/pgSQL.",
    Raises(likelihood=4, damage=5, reversibility=3),
)
_SYNTAX_WORDS = ("syntax error", "unterminated", "missing", "mismatched", "end label")
_READABLE = {"sql", "plpgsql"}


@register
class SqlFunctions(FileAnalyzer):
    """Catches bodies in SQL and PL/pgSQL that do not parse, and functions in C or another untrusted language.

    Lets bodies through that only fail when they are called.
    """

    rules = (BODY, UNTRUSTED)
    languages = frozenset({Language.SQL})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        lines = content.split("\n")
        for statement in parse_sql(content).statements:
            if not isinstance(statement.node, ast.CreateFunctionStmt):
                continue
            language, body = _language_and_body(statement.node)
            region = subject.content_region(statement.start_line, statement.end_line)
            if language and language not in _READABLE:
                yield Sighting(UNTRUSTED, f"A function is written in {language}", region)
                continue
            source = "\n".join(lines[statement.start_line - 1 : statement.end_line])
            problem = _problem(language, body, source)
            if problem:
                yield Sighting(BODY, f"The body of a function: {problem}", region)


def _language_and_body(node: ast.CreateFunctionStmt) -> tuple[str, str]:
    language, body = "", ""
    for option in node.options or ():
        if not isinstance(option, ast.DefElem):
            continue
        if option.defname == "language" and isinstance(option.arg, ast.String):
            language = str(option.arg.sval).lower()
        elif option.defname == "as":
            body = "\n".join(strings(option.arg))
    return language, body


def _problem(language: str, body: str, source: str) -> str:
    if language == "sql" and body.strip():
        return parse_sql(body).error
    if language == "plpgsql" and source and _is_alone(source):
        try:
            parser.parse_plpgsql_json(source)
        except parser.ParseError as error:
            # The parser has no catalogue: what it says of types is not for it to say.
            said = str(error.args[0])
            return said if said.startswith(_SYNTAX_WORDS) else ""
    return ""


def _is_alone(source: str) -> bool:
    """Whether the lines hold this statement only; a line shared with another is left to the rehearsal."""
    return len(parse_sql(source).statements) == 1
