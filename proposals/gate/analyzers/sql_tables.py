"""Tables that parse and cannot be made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pglast import ast, enums

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.languages.positions import line_at
from proposals.gate.languages.sql import parse_sql, walk_nodes
from proposals.gate.languages.sql_literals import misfit
from proposals.gate.languages.sql_tables import Table, constraints_of, strings, table_of, type_family, type_name
from proposals.gate.subject import Subject

IMPOSSIBLE = Rule(
    "sql/impossible-table",
    Level.ERROR,
    Effect.UNUSABLE,
    "PostgreSQL would refuse the statement when it runs",
    "Correct the definition; run it once against an empty database before submitting.",
)
MISSING = Rule(
    "sql/missing-table",
    Level.WARNING,
    Effect.REVIEW,
    "A table must exist already",
    "Say which change creates it, or create it here, before it is used.",
)
ELSEWHERE = Rule(
    "sql/refers-elsewhere",
    Level.NOTE,
    Effect.NONE,
    "A reference leads to a table that is not created here",
    "Check that the table exists; the rehearsal on a copy shows it.",
)
_KIND = enums.ConstrType
_NAMED_KEYS = {_KIND.CONSTR_PRIMARY, _KIND.CONSTR_UNIQUE}
Problem = tuple[Rule, str, int]


@register
class SqlTables(FileAnalyzer):
    """Catches what is known to fail from the text alone: columns twice, keys on columns that are not there, two
    primary keys, defaults of another type, references to what is not unique.

    A table that nothing here creates is for a person to check. Lets through what only data could break.
    """

    rules = (IMPOSSIBLE, MISSING, ELSEWHERE)
    languages = frozenset({Language.SQL})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        known: dict[str, Table] = {}
        for statement in parse_sql(content).statements:
            for rule, message, offset in _problems(statement.node, known):
                line = line_at(content, offset) if offset else statement.start_line
                yield Sighting(rule, message, subject.content_region(line))


def _problems(node: ast.Node, known: dict[str, Table]) -> Iterator[Problem]:
    if isinstance(node, ast.CreateStmt):
        yield from _create(node, known)
    elif isinstance(node, ast.IndexStmt):
        yield from _index(node, known)
    elif isinstance(node, ast.InsertStmt):
        yield from _insert(node, known)
    elif isinstance(node, ast.AlterTableStmt):
        yield from _alter(node, known)
    elif isinstance(node, ast.ViewStmt | ast.CreateTableAsStmt):
        relation = node.view if isinstance(node, ast.ViewStmt) else (node.into.rel if node.into else None)
        if relation is not None:
            known[str(relation.relname).lower()] = Table(str(relation.relname), is_closed=False)


def _create(node: ast.CreateStmt, known: dict[str, Table]) -> Iterator[Problem]:
    table = table_of(node)
    if table.name in known and not node.if_not_exists:
        yield IMPOSSIBLE, f"The table {table.name} is created twice", 0
    yield from _columns(node)
    for owner, constraint in constraints_of(node):
        yield from _constraint(table, owner, constraint, known)
    known.setdefault(table.name, table)


def _columns(node: ast.CreateStmt) -> Iterator[Problem]:
    columns = [item for item in node.tableElts or () if isinstance(item, ast.ColumnDef)]
    for name, count in Counter(column.colname for column in columns).items():
        if count > 1:
            yield IMPOSSIBLE, f"The column {name} stands {count} times", 0
    primary = [1 for _owner, constraint in constraints_of(node) if constraint.contype == _KIND.CONSTR_PRIMARY]
    if len(primary) > 1:
        yield IMPOSSIBLE, f"The table has {len(primary)} primary keys", 0
    for column in columns:
        kinds = Counter(item.contype for item in column.constraints or () if isinstance(item, ast.Constraint))
        defaults = kinds[_KIND.CONSTR_DEFAULT] + ("serial" in type_name(column.typeName))
        if defaults > 1:
            yield IMPOSSIBLE, f"The column {column.colname} has {defaults} defaults", column.location or 0
        if kinds[_KIND.CONSTR_NULL] and (kinds[_KIND.CONSTR_NOTNULL] or kinds[_KIND.CONSTR_PRIMARY]):
            yield IMPOSSIBLE, f"The column {column.colname} is both NULL and NOT NULL", column.location or 0


def _constraint(
    table: Table, owner: ast.ColumnDef | None, constraint: ast.Constraint, known: dict[str, Table]
) -> Iterator[Problem]:
    at = constraint.location or 0
    if constraint.contype in _NAMED_KEYS:
        yield from _absent(table, strings(constraint.keys), at)
    elif constraint.contype == _KIND.CONSTR_FOREIGN:
        yield from _foreign(table, owner, constraint, known)
    elif constraint.contype == _KIND.CONSTR_DEFAULT and constraint.raw_expr is not None and owner is not None:
        yield from _default(owner, constraint.raw_expr, at)
    elif constraint.contype == _KIND.CONSTR_CHECK and constraint.raw_expr is not None:
        yield from _check(table, constraint.raw_expr, at)


def _default(owner: ast.ColumnDef, expression: ast.Node, at: int) -> Iterator[Problem]:
    for node in walk_nodes(expression):
        if isinstance(node, ast.ColumnRef):
            name = ".".join(strings(node.fields))
            yield IMPOSSIBLE, f"The default of {owner.colname} names {name}, and a default may name no column", at
            return
        if isinstance(node, ast.SubLink):
            yield IMPOSSIBLE, f"The default of {owner.colname} holds a query", at
            return
    reason = misfit(type_name(owner.typeName), expression)
    if reason:
        yield IMPOSSIBLE, f"The default of {owner.colname} is {reason}", at


def _check(table: Table, expression: ast.Node, at: int) -> Iterator[Problem]:
    for node in walk_nodes(expression):
        if isinstance(node, ast.SubLink):
            yield IMPOSSIBLE, f"A check of {table.name} holds a query", at
            return
        if isinstance(node, ast.ColumnRef):
            names = strings(node.fields)
            yield from _absent(table, names[-1:], at)
        if isinstance(node, ast.A_Expr) and isinstance(node.lexpr, ast.ColumnRef):
            yield from _compared(table, node, at)


def _compared(table: Table, node: ast.A_Expr, at: int) -> Iterator[Problem]:
    column = strings(node.lexpr.fields)[-1:] if isinstance(node.lexpr, ast.ColumnRef) else ()
    if not column or node.kind not in {enums.A_Expr_Kind.AEXPR_IN, enums.A_Expr_Kind.AEXPR_OP}:
        return
    operator = "".join(strings(node.name))
    if operator not in {"=", "<>", "<", ">", "<=", ">="}:
        return
    values = node.rexpr if isinstance(node.rexpr, list | tuple) else (node.rexpr,)
    for value in values:
        reason = misfit(table.columns.get(column[0], "?"), value)
        if reason:
            yield IMPOSSIBLE, f"{column[0]} is compared with {reason}", at
            return


def _absent(table: Table, names: Iterable[str], at: int) -> Iterator[Problem]:
    if not table.is_closed:
        return
    for name in names:
        if name not in table.columns:
            yield IMPOSSIBLE, f"{table.name} has no column {name}", at


def _foreign(
    table: Table, owner: ast.ColumnDef | None, constraint: ast.Constraint, known: dict[str, Table]
) -> Iterator[Problem]:
    at = constraint.location or 0
    own = strings(constraint.fk_attrs) or ((str(owner.colname),) if owner else ())
    yield from _absent(table, own, at)
    relation = constraint.pktable
    name = str(relation.relname).lower() if relation else "?"
    target = table if name == table.name else known.get(name)
    if target is None:
        yield ELSEWHERE, f"{table.name} refers to {name}, which nothing here has created by then", at
        return
    theirs = strings(constraint.pk_attrs)
    yield from _absent(target, theirs, at)
    if theirs and len(theirs) != len(own):
        yield IMPOSSIBLE, f"{len(own)} columns refer to {len(theirs)}", at
    elif target.is_closed and theirs and set(theirs) <= set(target.columns):
        yield from _matched(table, own, target, theirs, at)
    elif target.is_closed and not theirs and not target.keys:
        yield IMPOSSIBLE, f"{name} has no primary key to refer to", at


def _matched(table: Table, own: tuple[str, ...], target: Table, theirs: tuple[str, ...], at: int) -> Iterator[Problem]:
    if frozenset(theirs) not in target.keys:
        yield IMPOSSIBLE, f"{target.name} ({', '.join(theirs)}) is not unique, so nothing can refer to it", at
    for mine, other in zip(own, theirs, strict=True):
        types = type_family(table.columns.get(mine, "?")), type_family(target.columns[other])
        if types[0] != types[1] and set(types) & {"uuid", "integer"} and set(types) & {"text", "uuid"}:
            yield IMPOSSIBLE, f"{mine} is {types[0]} and {target.name}.{other} is {types[1]}", at


def _index(node: ast.IndexStmt, known: dict[str, Table]) -> Iterator[Problem]:
    table = _known(node.relation, known)
    if table is None:
        yield MISSING, f"The index is on {_name(node.relation)}, which nothing here has created by then", 0
        return
    elements = [item for item in node.indexParams or () if isinstance(item, ast.IndexElem)]
    yield from _absent(table, [str(item.name) for item in elements if item.name], 0)
    if node.unique:
        table.keys.add(frozenset(str(item.name) for item in elements))


def _insert(node: ast.InsertStmt, known: dict[str, Table]) -> Iterator[Problem]:
    table = _known(node.relation, known)
    if table is None:
        yield MISSING, f"The rows go into {_name(node.relation)}, which nothing here has created by then", 0
        return
    columns = [str(item.name) for item in node.cols or () if isinstance(item, ast.ResTarget)]
    yield from _absent(table, columns, 0)
    rows = getattr(node.selectStmt, "valuesLists", None) or ()
    width = len(columns) or (len(table.columns) if table.is_closed else 0)
    for row in rows:
        if (columns and len(row) != width) or (table.is_closed and len(row) > width):
            yield IMPOSSIBLE, f"{len(row)} values are given for {width} columns", 0
            return


def _alter(node: ast.AlterTableStmt, known: dict[str, Table]) -> Iterator[Problem]:
    table = _known(node.relation, known)
    if table is None:
        if node.objtype == enums.ObjectType.OBJECT_TABLE and not node.missing_ok:
            yield MISSING, f"{_name(node.relation)} is altered, and nothing here has created it by then", 0
        return
    for command in node.cmds or ():
        defined = command.def_
        if isinstance(defined, ast.ColumnDef) and command.subtype == enums.AlterTableType.AT_AddColumn:
            if str(defined.colname) in table.columns and not command.missing_ok:
                yield IMPOSSIBLE, f"{table.name} has the column {defined.colname} already", 0
            table.columns[str(defined.colname)] = type_name(defined.typeName)
        elif isinstance(defined, ast.Constraint):
            yield from _constraint(table, None, defined, known)


def _known(relation: ast.RangeVar | None, known: dict[str, Table]) -> Table | None:
    return known.get(_name(relation))


def _name(relation: ast.RangeVar | None) -> str:
    return str(relation.relname).lower() if relation is not None else "?"
