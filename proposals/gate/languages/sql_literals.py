"""Whether a constant fits the type of a column."""

from __future__ import annotations

import json
import re

from pglast import ast

_INTEGERS = {"int2", "int4", "int8"}
_NUMBERS = {"numeric", "float4", "float8", "money"}
_TIMES = {"timestamp", "timestamptz", "date", "time", "timetz"}
_TEXTS = {"text", "varchar", "bpchar", "char", "name", "?"}
_KNOWN = _INTEGERS | _NUMBERS | _TIMES | {"bool", "uuid", "json", "jsonb", "interval", "bytea", "inet"}
_BOOLEANS = {"t", "true", "y", "yes", "on", "1", "f", "false", "n", "no", "off", "0"}
_TIME_WORDS = {"now", "today", "tomorrow", "yesterday", "infinity", "-infinity", "epoch", "allballs"}
_UUID = re.compile(r"^\{?[0-9a-f]{4}(?:-?[0-9a-f]{4}){7}\}?$", re.IGNORECASE)
_NUMBER = re.compile(
    r"^\s*[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$|^\s*[+-]?(?:nan|inf|infinity)\s*$", re.IGNORECASE
)
_INTEGER = re.compile(r"^\s*[+-]?(?:\d[\d_]*|0x[0-9a-f]+)\s*$", re.IGNORECASE)


def misfit(type_name: str, expression: object) -> str:
    """Why the constant cannot be stored in, or compared with, a column of the type; empty when it can or none knows."""
    if type_name not in _KNOWN:
        return ""
    if isinstance(expression, ast.SQLValueFunction):
        return _misfit_of_time(type_name, expression)
    if not isinstance(expression, ast.A_Const) or expression.isnull:
        return ""
    value = expression.val
    if isinstance(value, ast.String):
        return "" if _reads(type_name, str(value.sval)) else f"{str(value.sval)[:40]!r}, which is no {type_name}"
    if isinstance(value, ast.Boolean):
        return "" if type_name == "bool" else f"a boolean and the column is {type_name}"
    fits = not isinstance(value, ast.Integer | ast.Float) or type_name in _INTEGERS | _NUMBERS
    return "" if fits else f"a number and the column is {type_name}"


def _misfit_of_time(type_name: str, expression: ast.SQLValueFunction) -> str:
    is_time = any(word in str(getattr(expression.op, "name", "")) for word in ("TIME", "DATE"))
    return f"a time and the column is {type_name}" if is_time and type_name not in _TIMES else ""


def _reads(type_name: str, text: str) -> bool:
    if type_name in _INTEGERS:
        return bool(_INTEGER.match(text))
    if type_name in {"numeric", "float4", "float8"}:
        return bool(_NUMBER.match(text))
    if type_name == "bool":
        return text.strip().lower() in _BOOLEANS
    if type_name in _TIMES:
        return any(char.isdigit() for char in text) or text.strip().lower() in _TIME_WORDS
    if type_name == "uuid":
        return bool(_UUID.match(text.strip()))
    return type_name not in {"json", "jsonb"} or _is_json(text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
