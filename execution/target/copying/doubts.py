"""Whether what a rehearsal showed on the rows of its copy says something of the rows of the target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pglast import ast, enums

from execution.target.catalog import Catalog
from execution.target.connection import identifier
from execution.target.copying.transfer import Copied, How
from execution.target.statements import Statement
from proposals.gate.languages.sql import walk_nodes

Node = Any
ON_ROWS = (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt, ast.TruncateStmt)
_HOLDING_ROWS = {"r", "p"}
_PARTITIONS = """
SELECT n.nspname, c.relname FROM pg_partition_tree(%s) t JOIN pg_class c ON c.oid = t.relid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.isleaf
"""


def named_tables(catalog: Catalog, statements: Iterable[Statement]) -> set[str]:
    """The tables that statements name, as the catalog has them now; of a partitioned one its partitions."""
    found: set[str] = set()
    for statement in statements:
        for named in _names(statement.node):
            found |= _tables(catalog, named)
    return found


def written_tables(catalog: Catalog, statements: Iterable[Statement]) -> list[set[str]]:
    """For each statement on rows the table that it writes, as the catalog has it now, or the partitions of that."""
    nodes = [statement.node for statement in statements if isinstance(statement.node, ON_ROWS)]
    named = [each for node in nodes for each in _targets(node)]
    return [_tables(catalog, each) for each in named]


def doubt_about(copied: Mapping[str, Copied], written: Iterable[set[str]], touched: Mapping[str, int]) -> str:
    """Why a rehearsal is not representative; empty when it is.

    Rows that were made up, or are not there, prove nothing for those that are. Of a sample some row has to be one that
    a statement on rows touches.
    """
    for table, each in copied.items():
        if each.how in {How.MADE_UP, How.NOTHING} and each.of:
            held = "only made-up rows" if each.how is How.MADE_UP else "no rows"
            return f"the copy held {held} of {table}"
    for tables in written:
        sampled = [table for table in sorted(tables & copied.keys()) if copied[table].how is How.SAMPLED]
        if sampled and not any(touched.get(table) for table in tables):
            rows = sum(copied[table].rows for table in sampled)
            return f"the change touches none of the {rows} rows of {sampled[0]} that were copied"
    return ""


def _targets(node: Node) -> list[ast.RangeVar]:
    return list(getattr(node, "relations", None) or [node.relation])


def _names(node: Node) -> list[ast.RangeVar]:
    found = [each for each in walk_nodes(node) if isinstance(each, ast.RangeVar)]
    if isinstance(node, ast.DropStmt) and node.removeType == enums.ObjectType.OBJECT_TABLE:
        for names in node.objects or ():
            *schema, name = (str(part.sval) for part in names)
            found.append(ast.RangeVar(schemaname=schema[-1] if schema else None, relname=name))
    return found


def _tables(catalog: Catalog, named: ast.RangeVar) -> set[str]:
    relation = catalog.relation(named)
    if relation is None or relation.kind not in _HOLDING_ROWS:
        return set()
    if relation.kind == "r":
        return {relation.name}
    return {identifier(*row) for row in catalog.rows(_PARTITIONS, relation.oid)}
