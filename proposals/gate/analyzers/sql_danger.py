"""SQL that destroys or hides."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pglast import ast, enums

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import CONTENT, Effect, Level, Raises, Region, Rule, Sighting
from proposals.gate.languages.sql import SqlText, Statement, parse_sql, sql_texts, walk_nodes
from proposals.gate.languages.sql_conditions import narrows
from proposals.gate.languages.sql_effects import dropped_names, name_of, object_word
from proposals.gate.languages.sql_routines import Routine, routine_of
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject

_LOST = Raises(likelihood=3, damage=5, reversibility=3)
_PARTLY_LOST = Raises(likelihood=3, damage=4, reversibility=3)


def _danger(name: str, effect: Effect, raises: Raises, title: str, what_to_do: str) -> Rule:
    level = Level.ERROR if effect is Effect.BLOCK or raises.reversibility == 3 else Level.WARNING
    return Rule(f"danger/sql-{name}", level, effect, title, what_to_do, raises)


DROP = _danger(
    "drop", Effect.BLOCK, _LOST, "Rows are dropped", "Rename the object first and drop it once nothing has missed it."
)
DROP_OWN = Rule(
    "sql/created-and-dropped",
    Level.ERROR,
    Effect.UNUSABLE,
    "The text drops what it created",
    "Leave both statements out, or put the way back into a file of its own.",
)
DROP_OTHER = _danger(
    "drop-definition",
    Effect.REVIEW,
    Raises(likelihood=3, damage=3, reversibility=2),
    "A definition is dropped",
    "Keep the former definition beside the change, so that it can be restored.",
)
TRUNCATE = _danger("truncate", Effect.BLOCK, _LOST, "A table is emptied", "Say which rows go, and keep a copy of them.")
UNBOUNDED = _danger(
    "no-where", Effect.BLOCK, _LOST, "Every row is deleted or changed", "Name the rows in a WHERE, and keep a copy."
)
DELETE = _danger(
    "delete", Effect.REVIEW, _PARTLY_LOST, "Rows are deleted", "Keep a copy of the rows that the WHERE names."
)
UPDATE = _danger(
    "update",
    Effect.REVIEW,
    Raises(likelihood=2, damage=3, reversibility=2),
    "Rows are changed in place",
    "Keep the former values of the rows that the WHERE names.",
)
DROP_COLUMN = _danger(
    "drop-column", Effect.BLOCK, _LOST, "A column is dropped", "Stop using the column first; drop it in a later change."
)
RETYPE = _danger(
    "change-type",
    Effect.REVIEW,
    Raises(likelihood=3, damage=4, reversibility=2),
    "A column changes its type",
    "Add a column of the new type, copy, switch, and drop the old one later.",
)
OPAQUE = _danger(
    "opaque",
    Effect.BLOCK,
    Raises(likelihood=3, damage=5, reversibility=3),
    "Code runs at once that cannot be judged from the SQL",
    "Write plain statements instead of a DO block or dynamic SQL.",
)
DYNAMIC = _danger(
    "dynamic",
    Effect.REVIEW,
    Raises(likelihood=2, damage=4, reversibility=2),
    "A function runs SQL that it puts together",
    "Write the statement out, or let format() put names into a constant text.",
)
_HOLDS_ROWS = {"table", "schema", "matview", "sequence", "foreign table", "database", "tablespace", "extension", "type"}
_DEFINES = (
    ast.AlterEnumStmt, ast.AlterTableStmt, ast.CompositeTypeStmt, ast.CreateDomainStmt, ast.CreateEnumStmt,
    ast.CreateExtensionStmt, ast.CreatePolicyStmt, ast.CreateRangeStmt, ast.CreateSchemaStmt, ast.CreateSeqStmt,
    ast.CreateStmt, ast.CreateTrigStmt, ast.IndexStmt, ast.InsertStmt, ast.RenameStmt, ast.ViewStmt,
    ast.CreateRoleStmt, ast.CommentStmt,
)  # fmt: skip


@register
class SqlDanger(Analyzer):
    """Catches destructive statements by their syntax tree, in SQL files and in the fences of plans.

    Bodies of functions and of DO blocks are read too, with the texts that they execute. Words in comments and strings
    are no statements. Lets through rows that the same text put into its own new table, changes that a function makes to
    the rows it names, and DO blocks that only define.
    """

    rules = (
        DROP,
        DROP_OWN,
        DROP_OTHER,
        TRUNCATE,
        UNBOUNDED,
        DELETE,
        UPDATE,
        DROP_COLUMN,
        RETYPE,
        OPAQUE,
        DYNAMIC,
    )

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        for text in sql_texts(subject, rules):
            created: set[str] = set()
            for statement in parse_sql(text.text).statements:
                for rule, message in _judge(statement.node, created):
                    yield Sighting(rule, message, _region(subject, text, statement))


def _region(subject: Subject, text: SqlText, statement: Statement) -> Region:
    place = subject.content_region if text.artifact == CONTENT else subject.report_region
    return place(text.first_line + statement.start_line - 1, text.first_line + statement.end_line - 1)


Seen = Iterable[tuple[Rule, str]]


def _judge(statement: ast.Node, created: set[str]) -> Seen:
    """Every node is judged, so that what hides in a CTE or an EXPLAIN ANALYZE is seen too."""
    for node in walk_nodes(statement):
        # With IF NOT EXISTS the table may be an old one, full of rows.
        if isinstance(node, ast.CreateStmt) and not node.if_not_exists:
            created.add(name_of(node.relation))
        judge = _JUDGES.get(type(node))
        if isinstance(node, ast.CreateFunctionStmt | ast.DoStmt):
            yield from _routine(node, created)
        elif judge:
            yield from judge(node, created)
        elif type(node) in _WHOLE:
            yield _WHOLE[type(node)]


def _routine(node: ast.CreateFunctionStmt | ast.DoStmt, created: set[str]) -> Seen:
    """What the body does. Rows that a function changes by a condition are what functions are for."""
    routine = routine_of(node)
    is_block = isinstance(node, ast.DoStmt)
    if is_block and not _only_defines(routine):
        yield OPAQUE, "A DO block runs code of its own"
    elif routine.opaque:
        yield DYNAMIC, f"A function executes {routine.opaque[0][:60]}"
    inner = created if is_block else set(created)
    for statement in routine.statements:
        for rule, message in _judge(statement, inner):
            if is_block or rule not in {DELETE, UPDATE, DROP_OWN}:
                yield rule, message if is_block else f"A function holds: {message}"


def _only_defines(routine: Routine) -> bool:
    kinds = {type(statement) for statement in routine.statements}
    is_known = routine.is_read and not routine.opaque
    return is_known and kinds <= {*_DEFINES, ast.SelectStmt} and bool(kinds & set(_DEFINES))


def _drop(node: ast.DropStmt, created: set[str]) -> Seen:
    word = object_word(node.removeType)
    names = [name for name in dropped_names(node) if name not in created]
    if not names:
        yield DROP_OWN, f"The text creates and drops {', '.join(dropped_names(node))}"
    else:
        yield (DROP if word in _HOLDS_ROWS else DROP_OTHER), f"DROP {word.upper()} {', '.join(names)}"


def _truncate(node: ast.TruncateStmt, created: set[str]) -> Seen:
    names = [name_of(item) for item in node.relations or () if isinstance(item, ast.RangeVar)]
    if not set(names) <= created:
        yield TRUNCATE, f"TRUNCATE {', '.join(names)}"


def _delete(node: ast.DeleteStmt, created: set[str]) -> Seen:
    name = name_of(node.relation)
    if narrows(node.whereClause):
        yield DELETE, f"Rows of {name} are deleted"
    elif name not in created:
        yield UNBOUNDED, f"DELETE on {name} without a WHERE that narrows it"


def _update(node: ast.UpdateStmt, created: set[str]) -> Seen:
    name = name_of(node.relation)
    if narrows(node.whereClause):
        yield UPDATE, f"Rows of {name} are changed in place"
    elif name not in created:
        yield UNBOUNDED, f"UPDATE of {name} without a WHERE that narrows it"


def _alter(node: ast.AlterTableCmd, created: set[str]) -> Seen:
    kind = enums.AlterTableType
    if node.subtype == kind.AT_DropColumn:
        yield DROP_COLUMN, f"DROP COLUMN {node.name}"
    elif node.subtype == kind.AT_AlterColumnType:
        yield RETYPE, f"ALTER COLUMN {node.name} TYPE"
    elif node.subtype in {kind.AT_DropConstraint, kind.AT_DropNotNull, kind.AT_DisableTrigAll, kind.AT_DisableTrig}:
        yield DROP_OTHER, f"{node.subtype.name.removeprefix('AT_')} {node.name or ''}".strip()


def _merge(node: ast.MergeStmt, created: set[str]) -> Seen:
    """The clause for rows that match, or that the source lacks, may delete or change them."""
    kinds = {item.commandType for item in node.mergeWhenClauses or ()}
    changes = {enums.CmdType.CMD_DELETE: DELETE, enums.CmdType.CMD_UPDATE: UPDATE}
    for kind in sorted(kinds & set(changes)):
        word = "deletes" if kind == enums.CmdType.CMD_DELETE else "changes"
        rule = changes[kind] if narrows(node.joinCondition) else UNBOUNDED
        yield rule, f"MERGE {word} rows of {name_of(node.relation)}"


_JUDGES: dict[type, Callable[..., Seen]] = {
    ast.DropStmt: _drop,
    ast.TruncateStmt: _truncate,
    ast.DeleteStmt: _delete,
    ast.UpdateStmt: _update,
    ast.AlterTableCmd: _alter,
    ast.MergeStmt: _merge,
}
_WHOLE: dict[type, tuple[Rule, str]] = {
    ast.DropdbStmt: (DROP, "DROP DATABASE drops everything in it"),
    ast.DropOwnedStmt: (DROP, "DROP OWNED drops everything that a role owns"),
}
