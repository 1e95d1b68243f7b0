"""Types and functions that PostgreSQL does not know."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pglast import ast, enums

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.languages.positions import line_at
from proposals.gate.languages.postgres_names import is_builtin_function, is_builtin_type
from proposals.gate.languages.sql import parse_sql, walk_nodes
from proposals.gate.languages.sql_routines import routine_of
from proposals.gate.languages.sql_tables import strings
from proposals.gate.subject import Subject

FOREIGN_TYPE = Rule(
    "sql/unknown-type",
    Level.ERROR,
    Effect.UNUSABLE,
    "PostgreSQL has no such type",
    "Use PostgreSQL's own type: TEXT or VARCHAR(n), TIMESTAMPTZ, BYTEA, or a CREATE TYPE … AS ENUM before the table.",
)
FOREIGN_FUNCTION = Rule(
    "sql/unknown-function",
    Level.ERROR,
    Effect.UNUSABLE,
    "PostgreSQL has no such function",
    "Use PostgreSQL's own function, or create it in the same file.",
)
ELSEWHERE = Rule(
    "sql/name-from-elsewhere",
    Level.WARNING,
    Effect.REVIEW,
    "A type or function must exist already",
    "Say which change creates it, or create it here.",
)
_FOREIGN_TYPES = frozenset(
    [
        "enum",
        "set",
        "datetime",
        "datetime2",
        "smalldatetime",
        "tinyint",
        "mediumint",
        "longtext",
        "mediumtext",
        "tinytext",
        "blob",
        "tinyblob",
        "mediumblob",
        "longblob",
        "double",
        "number",
        "string",
        "nvarchar",
        "nvarchar2",
        "nchar",
        "varchar2",
        "nclob",
        "clob",
        "ntext",
        "uniqueidentifier",
        "year",
        "image",
        "object",
        "array",
        "map",
        "dict",
        "list",
        "long",
        "short",
        "uint",
        "ulong",
        "guid",
        "objectid",
        "bigint",
        "unsigned",
        "int64",
        "int32",
        "int16",
        "uint8",
        "float64",
        "float32",
        "varbinary",
        "binary",
        "rowversion",
        "sql_variant",
        "auto_increment",
        "autoincrement",
        "timestamp_ntz",
        "variant",
    ]
)
_FOREIGN_FUNCTIONS = frozenset(
    [
        "getdate",
        "getutcdate",
        "sysdate",
        "sysdatetime",
        "curdate",
        "curtime",
        "ifnull",
        "isnull",
        "nvl",
        "nvl2",
        "date_format",
        "str_to_date",
        "unix_timestamp",
        "from_unixtime",
        "last_insert_id",
        "newid",
        "uuid",
        "group_concat",
        "datediff",
        "dateadd",
        "date_add",
        "date_sub",
        "rand",
        "len",
        "json_extract",
        "strftime",
        "datetime",
        "utc_timestamp",
        "iif",
        "charindex",
        "find_in_set",
        "inet_aton",
        "now_utc",
        "current_datetime",
    ]
)
_EXTENSION_NAMES = frozenset(
    [
        "citext",
        "hstore",
        "ltree",
        "cube",
        "geometry",
        "geography",
        "vector",
        "earth",
        "uuid_generate_v1",
        "uuid_generate_v4",
        "uuid_generate_v5",
        "crypt",
        "gen_salt",
        "digest",
        "hmac",
        "pgp_sym_encrypt",
        "pgp_sym_decrypt",
        "gen_random_bytes",
        "similarity",
        "unaccent",
        "st_makepoint",
        "create_hypertable",
    ]
)
_GLUED = re.compile(r"^(?:varchar|char|int|integer|decimal|numeric|text|float)_?\d+$|[a-z]\d+[a-z]{2}|[^\x00-\x7f]")


@register
class SqlNames(FileAnalyzer):
    """Catches types and functions of other databases, garbled ones, and unknown ones in defaults and checks.

    What an extension or an earlier change may have made is for a person to check. Lets through every name that an
    empty PostgreSQL knows or the same file creates.
    """

    rules = (FOREIGN_TYPE, FOREIGN_FUNCTION, ELSEWHERE)
    languages = frozenset({Language.SQL})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        statements = [statement.node for statement in parse_sql(content).statements]
        made = {name for node in _with_blocks(statements) for name in _created(node)}
        for statement in statements:
            constant = {id(node) for part in _constant_parts(statement) for node in walk_nodes(part)}
            for node in walk_nodes(statement):
                seen = _judge(node, made, in_constant=id(node) in constant)
                if seen:
                    line = line_at(content, getattr(node, "location", 0) or 0)
                    yield Sighting(seen[0], seen[1], subject.content_region(line))


def _judge(node: ast.Node, made: set[str], *, in_constant: bool) -> tuple[Rule, str] | None:
    if isinstance(node, ast.TypeName):
        return _judge_type(node, made)
    if isinstance(node, ast.FuncCall):
        return _judge_call(node, made, in_constant=in_constant)
    return None


def _judge_type(node: ast.TypeName, made: set[str]) -> tuple[Rule, str] | None:
    names = strings(node.names)
    if not names or names[0] == "pg_catalog" or node.pct_type:
        return None
    name = names[-1].lower()
    if (len(names) == 1 and is_builtin_type(name)) or name in made:
        return None
    if len(names) == 1 and (name in _FOREIGN_TYPES or _GLUED.search(name)):
        return FOREIGN_TYPE, f"{names[-1].upper()} is no type of PostgreSQL"
    return ELSEWHERE, f"The type {'.'.join(names)} is neither PostgreSQL's own nor created here"


def _judge_call(node: ast.FuncCall, made: set[str], *, in_constant: bool) -> tuple[Rule, str] | None:
    names = strings(node.funcname)
    name = names[-1].lower() if names else ""
    if not name or is_builtin_function(name) or name in made:
        return None
    if name in _EXTENSION_NAMES:
        return ELSEWHERE, f"{name}() comes with an extension"
    if len(names) == 1 and (in_constant or name in _FOREIGN_FUNCTIONS or _GLUED.search(name)):
        return FOREIGN_FUNCTION, f"{name}() is no function of PostgreSQL, and nothing here creates it"
    return ELSEWHERE, f"{'.'.join(names)}() is neither PostgreSQL's own nor created here"


def _constant_parts(statement: ast.Node) -> Iterable[ast.Node]:
    """The expressions that a table definition evaluates by itself: defaults and checks."""
    kinds = {enums.ConstrType.CONSTR_DEFAULT, enums.ConstrType.CONSTR_CHECK, enums.ConstrType.CONSTR_GENERATED}
    for node in walk_nodes(statement):
        if isinstance(node, ast.Constraint) and node.contype in kinds and node.raw_expr is not None:
            yield node.raw_expr


def _with_blocks(statements: Iterable[ast.Node]) -> Iterable[ast.Node]:
    """The statements, and those inside DO blocks, which run at once."""
    for node in statements:
        yield node
        if isinstance(node, ast.DoStmt):
            yield from routine_of(node).statements


def _created(node: ast.Node) -> Iterable[str]:
    if isinstance(node, ast.CompositeTypeStmt) and node.typevar is not None:
        yield str(node.typevar.relname)
    elif isinstance(node, ast.CreateEnumStmt | ast.CreateRangeStmt):
        yield strings(node.typeName)[-1]
    elif isinstance(node, ast.CreateDomainStmt):
        yield strings(node.domainname)[-1]
    elif isinstance(node, ast.DefineStmt):
        yield strings(node.defnames)[-1]
    elif isinstance(node, ast.CreateStmt) and node.relation is not None:
        yield str(node.relation.relname)
    elif isinstance(node, ast.CreateFunctionStmt):
        yield strings(node.funcname)[-1].lower()
    elif isinstance(node, ast.CreateExtensionStmt):
        yield from _EXTENSION_NAMES
