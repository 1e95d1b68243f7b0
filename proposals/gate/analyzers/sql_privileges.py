"""SQL that opens the server or changes who may do what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from pglast import ast, enums

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import CONTENT, Effect, Level, Raises, Rule, Sighting
from proposals.gate.languages.sql import parse_sql, sql_texts, walk_nodes
from proposals.gate.languages.sql_routines import routine_of
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject


def _danger(name: str, effect: Effect, raises: Raises, title: str, what_to_do: str) -> Rule:
    level = Level.ERROR if effect is Effect.BLOCK else Level.WARNING
    return Rule(f"danger/sql-{name}", level, effect, title, what_to_do, raises)


GRANT = _danger(
    "grant",
    Effect.REVIEW,
    Raises(likelihood=3, damage=4),
    "Rights or roles are changed",
    "Let an operator grant rights; a change should carry none.",
)
PROGRAM = _danger(
    "program",
    Effect.BLOCK,
    Raises(likelihood=4, damage=5, reversibility=3),
    "The database server is told to run a program or read and write its files",
    "Take the statement out; data is loaded by the application.",
)
SERVER = _danger(
    "server",
    Effect.BLOCK,
    Raises(likelihood=3, damage=5, reversibility=2),
    "The server or its extensions are changed",
    "Let whoever runs the server change its settings.",
)
EXTENSION = _danger(
    "extension",
    Effect.REVIEW,
    Raises(likelihood=2, damage=3, reversibility=2),
    "An extension is installed that takes an administrator",
    "Let whoever runs the server install it.",
)
_REACHING_CALLS = {
    "pg_read_file", "pg_read_binary_file", "pg_ls_dir", "lo_import", "lo_export", "pg_execute_server_program",
    "dblink", "dblink_exec", "dblink_connect", "pg_terminate_backend", "pg_reload_conf", "query_to_xml",
}  # fmt: skip
# What PostgreSQL itself marks as trusted: whoever may create objects may install it.
_TRUSTED_EXTENSIONS = {
    "btree_gin", "btree_gist", "citext", "cube", "dict_int", "fuzzystrmatch", "hstore", "intarray", "isn", "lo",
    "ltree", "pg_trgm", "pgcrypto", "plpgsql", "seg", "tablefunc", "tcn", "tsm_system_rows", "tsm_system_time",
    "unaccent", "uuid-ossp",
}  # fmt: skip
# These read files, run programs or reach other servers.
_REACHING_EXTENSIONS = re.compile(r"dblink|_fdw$|^(?:adminpack|pageinspect|http|pg_net|pg_cron)$|^pl(?!pgsql)")
# Settings that switch off what protects the data.
_PROTECTING_SETTINGS = {"session_replication_role", "row_security", "zero_damaged_pages", "allow_system_table_mods"}
Seen = Iterable[tuple[Rule, str]]


@register
class SqlPrivileges(Analyzer):
    """Catches statements that change rights, roles, settings or extensions, or reach outside the database.

    In SQL files and in the fences of plans, and in the bodies of functions and DO blocks. Lets through extensions that
    PostgreSQL trusts, and settings of a session such as search_path.
    """

    rules = (GRANT, PROGRAM, SERVER, EXTENSION)

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        for text in sql_texts(subject, rules):
            place = subject.content_region if text.artifact == CONTENT else subject.report_region
            for statement in parse_sql(text.text).statements:
                first = text.first_line - 1
                region = place(first + statement.start_line, first + statement.end_line)
                yield from (Sighting(rule, message, region) for rule, message in _judge(statement.node))


def _judge(statement: ast.Node) -> Seen:
    for node in walk_nodes(statement):
        if isinstance(node, ast.CreateFunctionStmt | ast.DoStmt):
            for inner in routine_of(node).statements:
                yield from _judge(inner)
        judge = _JUDGES.get(type(node))
        if judge:
            yield from judge(node)
        elif type(node) in _WHOLE:
            yield _WHOLE[type(node)]


def _alter(node: ast.AlterTableCmd) -> Seen:
    if node.subtype in {enums.AlterTableType.AT_DisableRowSecurity, enums.AlterTableType.AT_NoForceRowSecurity}:
        yield GRANT, "Row security is disabled"


def _copy(node: ast.CopyStmt) -> Seen:
    if node.is_program or node.filename:
        yield PROGRAM, f"COPY {'runs a program' if node.is_program else 'reads or writes a file of the server'}"


def _call(node: ast.FuncCall) -> Seen:
    last = node.funcname[-1] if node.funcname else None
    name = str(last.sval).lower() if isinstance(last, ast.String) else ""
    if name in _REACHING_CALLS:
        yield PROGRAM, f"{name}() reaches outside the database"


def _extension(node: ast.CreateExtensionStmt) -> Seen:
    name = str(node.extname).lower()
    if name not in _TRUSTED_EXTENSIONS:
        yield SERVER if _REACHING_EXTENSIONS.search(name) else EXTENSION, f"CREATE EXTENSION {node.extname}"


def _setting(node: ast.VariableSetStmt) -> Seen:
    if str(node.name).lower() in _PROTECTING_SETTINGS and node.args:
        yield SERVER, f"SET {node.name} switches off what protects the data"
    elif str(node.name).lower() in {"role", "session_authorization"} and node.args:
        yield GRANT, f"SET {node.name} acts as another role"


_JUDGES: dict[type, Callable[..., Seen]] = {
    ast.AlterTableCmd: _alter,
    ast.CopyStmt: _copy,
    ast.FuncCall: _call,
    ast.CreateExtensionStmt: _extension,
    ast.VariableSetStmt: _setting,
}
_WHOLE: dict[type, tuple[Rule, str]] = {
    ast.DropRoleStmt: (GRANT, "DROP ROLE"),
    ast.GrantStmt: (GRANT, "Rights are granted or revoked"),
    ast.GrantRoleStmt: (GRANT, "A role is granted or revoked"),
    ast.CreateRoleStmt: (GRANT, "CREATE ROLE"),
    ast.AlterRoleStmt: (GRANT, "ALTER ROLE"),
    ast.AlterOwnerStmt: (GRANT, "An owner changes"),
    ast.AlterDefaultPrivilegesStmt: (GRANT, "Default rights change"),
    ast.ReassignOwnedStmt: (GRANT, "REASSIGN OWNED gives away what a role owns"),
    ast.LoadStmt: (PROGRAM, "LOAD loads a shared library"),
    ast.AlterSystemStmt: (SERVER, "ALTER SYSTEM"),
    ast.CreateFdwStmt: (SERVER, "CREATE FOREIGN DATA WRAPPER"),
    ast.CreateSubscriptionStmt: (SERVER, "CREATE SUBSCRIPTION pulls data from another server"),
}
