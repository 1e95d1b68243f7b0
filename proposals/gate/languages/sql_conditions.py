"""Whether a condition of SQL narrows anything."""

from __future__ import annotations

from pglast import ast, enums
from pglast.stream import RawStream

from proposals.gate.languages.sql import walk_nodes
from proposals.gate.languages.sql_tables import strings

_DEEPEST = 50
_REFLEXIVE = {"=", ">=", "<=", "~", "~~"}


def narrows(condition: object, depth: int = 0) -> bool:
    """Whether the condition depends on a row and can be false for one.

    `WHERE true`, `1 = 1`, `id = id`, `x OR true` and `x IS NULL OR x IS NOT NULL` name every row. Nested beyond 50
    it is taken for one that narrows nothing.
    """
    if not isinstance(condition, ast.Node) or depth > _DEEPEST:
        return False
    if isinstance(condition, ast.BoolExpr):
        return _joined_narrows(condition, depth)
    if (
        isinstance(condition, ast.A_Expr)
        and condition.kind == enums.A_Expr_Kind.AEXPR_OP
        and _compares_itself(condition)
    ):
        return False
    return any(isinstance(node, ast.ColumnRef | ast.CurrentOfExpr) for node in walk_nodes(condition))


def _joined_narrows(condition: ast.BoolExpr, depth: int) -> bool:
    parts = condition.args or ()
    if condition.boolop == enums.BoolExprType.OR_EXPR:
        return all(narrows(part, depth + 1) for part in parts) and not _complements(parts)
    return any(narrows(part, depth + 1) for part in parts)


def _complements(parts: tuple[ast.Node, ...]) -> bool:
    """`x IS NULL OR x IS NOT NULL`, `a = 1 OR NOT a = 1`: one of them holds for every row."""
    asked: dict[str, set[object]] = {}
    for part in parts:
        if isinstance(part, ast.NullTest):
            asked.setdefault(_said(part.arg), set()).add(part.nulltesttype)
        elif isinstance(part, ast.BoolExpr) and part.boolop == enums.BoolExprType.NOT_EXPR and part.args:
            asked.setdefault(_said(part.args[0]), set()).add("not")
        else:
            asked.setdefault(_said(part), set()).add("is")
    return any(len(answers) > 1 for answers in asked.values())


def _compares_itself(condition: ast.A_Expr) -> bool:
    is_plain = condition.kind == enums.A_Expr_Kind.AEXPR_OP and strings(condition.name)[-1] in _REFLEXIVE
    return is_plain and _said(condition.lexpr) == _said(condition.rexpr)


def _said(node: object) -> str:
    return RawStream()(node) if isinstance(node, ast.Node) else repr(node)
