"""SQL text, taken apart into statements that may run on the target; everything else is refused by its syntax tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pglast import ast, enums, parser

from execution.failures import PermanentFailure
from execution.target.bodies import LANGUAGES, Unreadable, statements_in
from proposals.gate.languages.sql import parse_sql, walk_nodes

LEDGER_SCHEMA = "fsarsite"
_BEGINS = {enums.TransactionStmtKind.TRANS_STMT_BEGIN, enums.TransactionStmtKind.TRANS_STMT_START}
_OUTSIDE = "cannot run inside a transaction, so it could not be taken back as a whole"
_REFUSED: Mapping[type[ast.Node], str] = {
    ast.TransactionStmt: "the change runs in one transaction of ours; take BEGIN, COMMIT and the like out",
    ast.VariableSetStmt: "settings are ours while a change runs; take SET out",
    ast.CopyStmt: "COPY reads or writes outside the statement; use INSERT",
    ast.LoadStmt: "LOAD loads code into the server",
    ast.DoStmt: "a DO block cannot be judged or taken back; write plain statements",
    ast.CallStmt: "a procedure cannot be judged or taken back; write plain statements",
    ast.VacuumStmt: _OUTSIDE,
    ast.CreatedbStmt: _OUTSIDE,
    ast.DropdbStmt: _OUTSIDE,
    ast.AlterSystemStmt: _OUTSIDE,
    ast.CreateTableSpaceStmt: _OUTSIDE,
    ast.ReindexStmt: "REINDEX changes nothing to take back; run it by hand",
    ast.CreateRoleStmt: "roles belong to whoever runs the server",
    ast.AlterRoleStmt: "roles belong to whoever runs the server",
    ast.DropRoleStmt: "roles belong to whoever runs the server",
}
_REACHING_CALLS = frozenset({
    "set_config", "setval", "pg_notify", "pg_stat_file", "pg_execute_server_program", "pg_terminate_backend",
    "pg_cancel_backend", "pg_reload_conf", "query_to_xml", "query_to_xml_and_xmlschema", "cursor_to_xml",
    "table_to_xml", "database_to_xml", "schema_to_xml",
})  # fmt: skip
_REACHING_PREFIXES = (
    "dblink", "lo_", "pg_sleep", "pg_read_", "pg_ls_", "pg_file_", "pg_advisory", "pg_try_advisory", "pg_logical",
    "pg_create_", "pg_drop_",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as it was approved, its tree, and the 1-based line it begins on."""

    text: str
    node: ast.Node
    line: int

    def __str__(self) -> str:
        words = " ".join(self.text.split())
        return f"line {self.line}, {words[:100]}{'…' if len(words) > 100 else ''}"


def split_statements(text: str) -> tuple[Statement, ...]:
    """The statements to run, in order. Raises PermanentFailure for a text that does not parse or may not run.

    A BEGIN that opens the text and the COMMIT that closes it are left out, and so are SELECTs that call nothing:
    they change nothing.
    """
    parsed = parse_sql(text)
    if parsed.error or not _is_storable(text):
        reason = parsed.error or "it holds characters that PostgreSQL cannot"
        raise PermanentFailure(
            f"the SQL does not parse: {reason} (line {parsed.error_line or 1}); propose it corrected"
        )
    statements = [_statement(text, place) for place in parser.split(text, with_parser=True, only_slices=True)]
    kept = tuple(each for each in _without_frame(statements) if not _changes_nothing(each.node))
    concurrent = [statement for statement in kept if is_concurrent(statement.node)]
    if concurrent and len(concurrent) < len(kept):
        raise PermanentFailure(f"not run: CONCURRENTLY {_OUTSIDE}; propose it apart from the rest ({concurrent[0]})")
    for statement in kept:
        for reason in _objections(statement.node):
            raise PermanentFailure(f"not run: {reason} ({statement})")
    if not kept:
        raise PermanentFailure("the SQL holds no statement that changes anything; there is nothing to run")
    return kept


def same_statement(one: str, node: ast.Node) -> bool:
    """Whether a text is exactly this one statement."""
    found = parser.parse_sql(one)
    return len(found) == 1 and found[0].stmt == node


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _statement(text: str, place: slice) -> Statement:
    own = text[place]
    found = parser.parse_sql(own)
    if len(found) != 1 or found[0].stmt is None:
        raise PermanentFailure("the SQL could not be taken apart into its statements; propose them one by one")
    begins = place.start + len(own) - len(own.lstrip())
    return Statement(own.strip(), found[0].stmt, text.count("\n", 0, begins) + 1)


def _without_frame(statements: list[Statement]) -> list[Statement]:
    first, last = (statements[0].node, statements[-1].node) if len(statements) > 1 else (None, None)
    begins = isinstance(first, ast.TransactionStmt) and first.kind in _BEGINS and not first.options
    ends = isinstance(last, ast.TransactionStmt) and last.kind == enums.TransactionStmtKind.TRANS_STMT_COMMIT
    return statements[1:-1] if begins and ends else statements


def _changes_nothing(node: ast.Node) -> bool:
    if not isinstance(node, ast.SelectStmt) or node.intoClause or node.lockingClause:
        return False
    inside = list(walk_nodes(node))
    return not any(isinstance(each, ast.FuncCall | ast.InsertStmt | ast.UpdateStmt | ast.DeleteStmt) for each in inside)


def _objections(statement: ast.Node) -> Iterator[str]:
    for node in walk_nodes(statement):
        if type(node) in _REFUSED:
            yield _REFUSED[type(node)]
        judge = _JUDGES.get(type(node))
        if judge:
            yield from judge(node)


def is_concurrent(node: ast.Node) -> bool:
    """Whether it makes or drops an index CONCURRENTLY, which no transaction can hold."""
    return isinstance(node, ast.IndexStmt | ast.DropStmt) and bool(node.concurrent)


def _drop(node: ast.DropStmt) -> Iterator[str]:
    if node.behavior == enums.DropBehavior.DROP_CASCADE:
        yield "CASCADE takes along what was not approved; name what is to go"
    for each in node.objects or ():
        parts = each if isinstance(each, tuple) else (each,)
        names = [str(part.sval) for part in parts if isinstance(part, ast.String)]
        if any(_is_ours(name) for name in names[:-1]):
            yield f"the schema {LEDGER_SCHEMA} holds our ledger"


def _relation(node: ast.RangeVar) -> Iterator[str]:
    if _is_ours(node.schemaname):
        yield f"the schema {node.schemaname} holds our ledger"
    if node.relpersistence == "t":
        yield "a temporary table is gone when the change ends"


def _schema(node: ast.CreateSchemaStmt) -> Iterator[str]:
    if _is_ours(node.schemaname):
        yield f"the schema {node.schemaname} holds our ledger"


def _is_ours(schema: str | None) -> bool:
    return schema is not None and (schema == LEDGER_SCHEMA or schema.startswith(f"{LEDGER_SCHEMA}_"))


def _call(node: ast.FuncCall) -> Iterator[str]:
    names = [str(part.sval).lower() for part in node.funcname or () if isinstance(part, ast.String)]
    if names and (names[-1] in _REACHING_CALLS or names[-1].startswith(_REACHING_PREFIXES)):
        yield f"{names[-1]}() reaches outside the change"


def _function(node: ast.CreateFunctionStmt) -> Iterator[str]:
    for option in node.options or ():
        if isinstance(option, ast.DefElem) and option.defname == "language" and isinstance(option.arg, ast.String):
            if str(option.arg.sval).lower() not in LANGUAGES:
                yield f"functions in {option.arg.sval} reach outside the database"
                return
        elif isinstance(option, ast.DefElem) and option.defname == "security" and getattr(option.arg, "boolval", True):
            yield "a SECURITY DEFINER function lends out the rights of whoever runs changes"
    try:
        for statement in statements_in(node):
            yield from _objections(statement)
    except Unreadable as unreadable:
        yield str(unreadable)


_JUDGES: Mapping[type[ast.Node], Callable[..., Iterator[str]]] = {
    ast.DropStmt: _drop,
    ast.RangeVar: _relation,
    ast.CreateSchemaStmt: _schema,
    ast.FuncCall: _call,
    ast.CreateFunctionStmt: _function,
}
