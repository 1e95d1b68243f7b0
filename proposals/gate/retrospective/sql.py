"""Hindsight on SQL: one describer per kind of statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pglast import ast

from proposals.gate.findings import CONTENT, Region
from proposals.gate.languages.sql import SqlText, Statement, parse_sql, sql_texts
from proposals.gate.languages.sql_effects import changes_of, name_of
from proposals.gate.policy import Rules
from proposals.gate.retrospective.sections import Point, Section
from proposals.gate.retrospective.sql_columns import added_column_says, new_table_says
from proposals.gate.subject import Subject

_MOST_STATEMENTS = 40
Saying = tuple[Section, int, str]


def sql_points(subject: Subject, rules: Rules) -> Iterator[Point]:
    """What each statement leads to, at most 40 statements a text: more than a person reads."""
    for text in sql_texts(subject, rules):
        for statement in parse_sql(text.text).statements[:_MOST_STATEMENTS]:
            region = _region(subject, text, statement)
            yield from (Point(section, weight, said, region) for section, weight, said in _sayings(statement))


def _sayings(statement: Statement) -> Iterator[Saying]:
    describe = _DESCRIBERS.get(type(statement.node))
    if describe:
        yield from describe(statement.node)
    for change in changes_of((statement,)):
        if change.way_back:
            yield Section.WAYS_BACK, change.weight, f"To take back “{change.does}”: {change.way_back}."
        else:
            yield Section.WAYS_BACK, 5, f"None for “{change.does}”: only a copy made before brings the rows back."


def _region(subject: Subject, text: SqlText, statement: Statement) -> Region:
    place = subject.content_region if text.artifact == CONTENT else subject.report_region
    return place(text.first_line + statement.start_line - 1, text.first_line + statement.end_line - 1)


def _alter(node: ast.AlterTableStmt) -> Iterator[Saying]:
    table = name_of(node.relation)
    for command in node.cmds or ():
        if isinstance(command.def_, ast.ColumnDef) and command.def_.colname:
            yield from added_column_says(table, command.def_, is_conditional=bool(command.missing_ok))
    yield Section.MITIGATIONS, 3, f"SET lock_timeout = '3s' before it, so that {table} is not held behind a long query."


def _index(node: ast.IndexStmt) -> Iterator[Saying]:
    table = name_of(node.relation)
    columns = ", ".join(str(each.name) for each in node.indexParams or () if each.name) or "an expression"
    if not node.concurrent:
        yield Section.CONSEQUENCES, 4, f"Every write to {table} waits until the index on {columns} is built."
        yield Section.MITIGATIONS, 4, f"CREATE INDEX CONCURRENTLY on {table}, outside a transaction."
    yield (
        Section.BLIND_SPOTS,
        2,
        f"No query that needs an index on {table} ({columns}) is named.",
    )
    name = node.idxname or f"of {table}"
    yield Section.SIGNALS, 2, f"pg_stat_user_indexes.idx_scan of the index {name} still 0 after a month."


def _drop(node: ast.DropStmt) -> Iterator[Saying]:
    for change in changes_of((Statement(node, 1, 1),)):
        yield Section.BLIND_SPOTS, 5, f"Who still reads what “{change.does}” takes away is not known from this text."
        yield Section.SIGNALS, 4, f"Errors “does not exist” that name what “{change.does}” took away, weeks later."
        if not change.way_back:
            yield Section.MITIGATIONS, 5, f"Rename instead of “{change.does}”, and drop once a month passed unmissed."


def _truncate(node: ast.TruncateStmt) -> Iterator[Saying]:
    for item in node.relations or ():
        name = name_of(item)
        yield Section.BLIND_SPOTS, 5, f"How many rows {name} holds, and who counts on them, stands nowhere."
        yield Section.MITIGATIONS, 5, f"CREATE TABLE {name}_before AS TABLE {name}; first."


def _rows(node: ast.DeleteStmt | ast.UpdateStmt) -> Iterator[Saying]:
    name = name_of(node.relation)
    verb = "deletes" if isinstance(node, ast.DeleteStmt) else "changes"
    bound = "with its WHERE" if node.whereClause else "without a WHERE"
    yield Section.BLIND_SPOTS, 4, f"How many rows of {name} the statement {verb} {bound} is not said, nor checked."
    yield Section.CONSEQUENCES, 3, f"Sums that were reported from {name} can no longer be reproduced."
    yield (
        Section.MITIGATIONS,
        4,
        f"Count the rows of {name} that it {verb} in the rehearsal, and stop at another number.",
    )


def _rename(node: ast.RenameStmt) -> Iterator[Saying]:
    before = str(node.subname or name_of(node.relation))
    yield Section.BLIND_SPOTS, 4, f"Code, reports and exports that say {before} are not part of this change."
    yield Section.SIGNALS, 3, f"Errors “{before} does not exist” from jobs that run once a month."
    yield Section.MITIGATIONS, 3, f"Leave a view or a generated column called {before} until nothing asks for it."


def _view(node: ast.ViewStmt) -> Iterator[Saying]:
    name = name_of(node.view)
    if node.replace:
        yield Section.BLIND_SPOTS, 3, f"The former definition of the view {name} is not kept beside the new one."
    yield Section.CONSEQUENCES, 2, f"Columns that {name} reads can no longer be dropped or retyped without it."


def _function(node: ast.CreateFunctionStmt) -> Iterator[Saying]:
    name = ".".join(str(part.sval) for part in node.funcname or ())
    yield Section.BLIND_SPOTS, 3, f"What {name} does is decided in the database, where no test of the code base looks."


_DESCRIBERS: dict[type, Callable[..., Iterator[Saying]]] = {
    ast.AlterTableStmt: _alter,
    ast.CreateStmt: new_table_says,
    ast.IndexStmt: _index,
    ast.DropStmt: _drop,
    ast.TruncateStmt: _truncate,
    ast.DeleteStmt: _rows,
    ast.UpdateStmt: _rows,
    ast.RenameStmt: _rename,
    ast.ViewStmt: _view,
    ast.CreateFunctionStmt: _function,
}
