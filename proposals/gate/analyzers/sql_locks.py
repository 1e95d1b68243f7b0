"""DDL that locks or rewrites a table which is in use, by the names that squawk and strong_migrations gave it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pglast import ast, enums

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import CONTENT, Effect, Level, Raises, Region, Rule, Sighting
from proposals.gate.languages.sql import SqlText, Statement, parse_sql, sql_texts, walk_nodes
from proposals.gate.languages.sql_effects import name_of
from proposals.gate.languages.sql_tables import strings, type_name
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject


def _lock(name: str, title: str, what_to_do: str) -> Rule:
    return Rule(f"lock/{name}", Level.WARNING, Effect.REVIEW, title, what_to_do, Raises(likelihood=3, damage=3))


INDEX = _lock(
    "index",
    "Writes wait while an index is built",
    "Build it with CREATE INDEX CONCURRENTLY, in a file without a transaction.",
)
REWRITE = _lock(
    "rewrite",
    "A table is rewritten under an exclusive lock",
    "Add the column without the default, fill it in batches, and set the default after that.",
)
NO_DEFAULT = _lock(
    "not-null-column",
    "A column without a default is required at once",
    "Give it a constant default, or add it nullable, fill it, and require it later.",
)
SCAN = _lock(
    "constraint",
    "Every row is checked under a lock",
    "Add the constraint NOT VALID, and VALIDATE it in a later transaction.",
)
UNIQUE = _lock(
    "unique-constraint",
    "An index is built under an exclusive lock",
    "Build a unique index concurrently, and add the constraint USING INDEX.",
)
NOT_NULL = _lock(
    "set-not-null",
    "Every row is checked under an exclusive lock",
    "Add CHECK (column IS NOT NULL) NOT VALID, validate it, and set NOT NULL after that.",
)
RENAME = _lock(
    "rename",
    "Running code still uses the former name",
    "Add the new name beside the old one, switch the code, and drop the old one later.",
)
IN_TRANSACTION = Rule(
    "sql/concurrently-in-transaction",
    Level.ERROR,
    Effect.UNUSABLE,
    "CONCURRENTLY cannot run inside a transaction",
    "Leave BEGIN and COMMIT out of the file, or build the index without CONCURRENTLY.",
)
_KIND = enums.ConstrType
_OPENS = {enums.TransactionStmtKind.TRANS_STMT_BEGIN, enums.TransactionStmtKind.TRANS_STMT_START}
_ALTER = enums.AlterTableType
_VOLATILE = frozenset(
    ["gen_random_uuid", "uuid_generate_v1", "uuid_generate_v4", "random", "clock_timestamp", "timeofday", "nextval"]
)
_SERIAL = frozenset(["serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"])
_NAMED = {
    enums.ObjectType.OBJECT_TABLE: "table",
    enums.ObjectType.OBJECT_COLUMN: "column",
    enums.ObjectType.OBJECT_VIEW: "view",
    enums.ObjectType.OBJECT_SCHEMA: "schema",
}
Seen = Iterable[tuple[Rule, str]]


@register
class SqlLocks(Analyzer):
    """Catches indexes built in the way of writers, rewrites, checks of every row, and renames, on tables in use.

    Lets everything through on tables that the same text creates: nobody waits for those. A new type of a column is
    danger/sql-change-type.
    """

    rules = (INDEX, REWRITE, NO_DEFAULT, SCAN, UNIQUE, NOT_NULL, RENAME, IN_TRANSACTION)

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        for text in sql_texts(subject, rules):
            created: set[str] = set()
            is_open = False
            for statement in parse_sql(text.text).statements:
                node = statement.node
                if isinstance(node, ast.CreateStmt | ast.ViewStmt):
                    created.add(name_of(node.relation if isinstance(node, ast.CreateStmt) else node.view))
                if isinstance(node, ast.TransactionStmt):
                    is_open = node.kind in _OPENS
                if is_open and getattr(node, "concurrent", False):
                    said = "CONCURRENTLY stands between BEGIN and COMMIT"
                    yield Sighting(IN_TRANSACTION, said, _region(subject, text, statement))
                judge = _JUDGES.get(type(node))
                for rule, message in judge(node, created) if judge else ():
                    yield Sighting(rule, message, _region(subject, text, statement))


def _region(subject: Subject, text: SqlText, statement: Statement) -> Region:
    place = subject.content_region if text.artifact == CONTENT else subject.report_region
    return place(text.first_line + statement.start_line - 1, text.first_line + statement.end_line - 1)


def _index(node: ast.IndexStmt, created: set[str]) -> Seen:
    table = name_of(node.relation)
    if not node.concurrent and table not in created:
        yield INDEX, f"Writes to {table} wait while {node.idxname or 'the index'} is built"


def _rename(node: ast.RenameStmt, created: set[str]) -> Seen:
    word = _NAMED.get(node.renameType) if node.renameType is not None else None
    if word and name_of(node.relation) not in created:
        yield RENAME, f"The {word} {node.subname or name_of(node.relation)} becomes {node.newname}"


def _alter(node: ast.AlterTableStmt, created: set[str]) -> Seen:
    table = name_of(node.relation)
    if table in created or node.objtype != enums.ObjectType.OBJECT_TABLE:
        return
    for command in node.cmds or ():
        if command.subtype == _ALTER.AT_AddColumn and isinstance(command.def_, ast.ColumnDef):
            yield from _column(table, command.def_)
        elif command.subtype == _ALTER.AT_AddConstraint and isinstance(command.def_, ast.Constraint):
            yield from _constraint(table, command.def_)
        elif command.subtype == _ALTER.AT_SetNotNull:
            yield NOT_NULL, f"Every row of {table} is checked for {command.name}"


def _column(table: str, column: ast.ColumnDef) -> Seen:
    constraints = [item for item in column.constraints or () if isinstance(item, ast.Constraint)]
    kinds = {item.contype for item in constraints}
    is_filled = type_name(column.typeName) in _SERIAL or bool(kinds & {_KIND.CONSTR_GENERATED, _KIND.CONSTR_IDENTITY})
    volatile = next((name for item in constraints for name in _volatile_calls(item)), "")
    if is_filled or volatile:
        reason = f"{volatile}() gives each row a value of its own" if volatile else "every row is given a value"
        yield REWRITE, f"{table} is rewritten to add {column.colname}: {reason}"
    elif kinds & {_KIND.CONSTR_NOTNULL, _KIND.CONSTR_PRIMARY} and _KIND.CONSTR_DEFAULT not in kinds:
        yield NO_DEFAULT, f"{column.colname} is required and has no default, so {table} must be empty"
    if kinds & {_KIND.CONSTR_UNIQUE, _KIND.CONSTR_PRIMARY}:
        yield UNIQUE, f"An index on {table} is built to add {column.colname}"


def _volatile_calls(constraint: ast.Constraint) -> Iterable[str]:
    if constraint.contype != _KIND.CONSTR_DEFAULT or constraint.raw_expr is None:
        return
    for node in walk_nodes(constraint.raw_expr):
        if isinstance(node, ast.FuncCall) and (names := strings(node.funcname)) and names[-1].lower() in _VOLATILE:
            yield names[-1].lower()


def _constraint(table: str, constraint: ast.Constraint) -> Seen:
    name = constraint.conname or "the constraint"
    if constraint.contype in {_KIND.CONSTR_FOREIGN, _KIND.CONSTR_CHECK} and not constraint.skip_validation:
        yield SCAN, f"Every row of {table} is checked for {name}"
    elif constraint.contype in {_KIND.CONSTR_UNIQUE, _KIND.CONSTR_PRIMARY} and not constraint.indexname:
        yield UNIQUE, f"An index on {table} is built for {name}"


_JUDGES: dict[type, Callable[..., Seen]] = {
    ast.IndexStmt: _index,
    ast.RenameStmt: _rename,
    ast.AlterTableStmt: _alter,
}
