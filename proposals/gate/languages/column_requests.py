"""Columns that a plan asks for in words, so that the same request is known however it is put."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from proposals.gate.languages.paragraphs import paragraphs_in

_NAME = r"[`\"'“(]{0,2}\b([A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+)[`\"'”)]{0,2}"
_QUOTED = r"[`\"“]([A-Za-z][A-Za-z0-9_]*)[`\"”]"
_WORDS_BETWEEN = r"(?:(?:named|called|new|missing|required|necessary|the|a|an|is|,)\s+){0,3}"
_COLUMN = re.compile(
    rf"(?:{_NAME}|{_QUOTED})\s+(?:column|field)\b|\bcolumns?\s*{_WORDS_BETWEEN}(?:{_NAME}|{_QUOTED})",
    re.IGNORECASE,
)
_TABLE = re.compile(
    rf"(?:{_NAME}|{_QUOTED})\s+(?:database\s+)?(?:table|relation)\b"
    rf"|\b(?:table|relation)s?\s*{_WORDS_BETWEEN}(?:{_NAME}|{_QUOTED})"
    rf"|\bcolumn\s+(?:to|in|on|from)\s+(?:the\s+)?(?:{_NAME}|{_QUOTED})"
    rf"|[`\"”]\s+(?:in|to)\s+(?:the\s+)?(?:{_NAME}|{_QUOTED})",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:add(?:s|ed|ing)?|includ(?:e|ing)\s+(?:this|it|the|an?)\b|includ(?:e|ing)\s+[`\"“]|introduc(?:e|ing)"
    r"|migrat(?:e|es|ing|ion)|restor(?:e|ing)"
    r"|(?:updat|alter|correct|fix|rectify)\w*\s+(?:\w+\s+){0,3}schema"
    r"|creat(?:e|ing)\s+(?:or renaming\s+)?(?:this|the|a))\b",
    re.IGNORECASE,
)
_CARRIES = re.compile(r"\b(?:this|the|that|a) (?:new |missing |required |necessary )*column\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ColumnRequest:
    """A column that the prose asks to be added. `table` is empty when the plan names none; `line` is 1-based."""

    table: str
    column: str
    line: int


def column_requests(lines: Iterable[str]) -> tuple[ColumnRequest, ...]:
    """The columns asked for, each once, at its first place. A paragraph without a table means the plan's last one."""
    found: dict[tuple[str, str], ColumnRequest] = {}
    tableless: list[ColumnRequest] = []
    last_table = last_column = ""
    for passage in paragraphs_in(lines):
        columns, tables = _names(_COLUMN, passage.text), _names(_TABLE, passage.text)
        last_table = next((name for name in tables if name not in columns), last_table)
        last_column = next((name for name in columns if name not in tables), last_column)
        named = [name for name in columns if name not in tables]
        carried = [last_column] if last_column and _CARRIES.search(passage.text) else []
        for column in (named or carried) if _ASKS.search(passage.text) else ():
            asked = ColumnRequest(last_table, column, passage.line)
            if last_table:
                found.setdefault((last_table, column), asked)
            else:
                tableless.append(asked)
    for asked in tableless:
        if not any(column == asked.column for _, column in found):
            key = (last_table, asked.column)
            found.setdefault(key, ColumnRequest(last_table, asked.column, asked.line))
    return tuple(found.values())


def _names(pattern: re.Pattern[str], text: str) -> list[str]:
    matches = (next(filter(None, match.groups()), "") for match in pattern.finditer(text))
    return list(dict.fromkeys(name.lower() for name in matches if name))
