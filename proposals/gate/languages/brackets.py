"""A lexer for languages of the C family: strings, comments and brackets, nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)"
    r"|(?P<string>\"\"\".*?\"\"\"|'''.*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)"
    r"|(?P<opencomment>/\*)"
    r"|(?P<bracket>[()\[\]{}])"
    r"|(?P<number>(?<![\w.$#%-])\d[\w.]*)",
    re.DOTALL,
)
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_NUMBER = re.compile(
    r"^(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+|[\d_]+(?:\.[\d_]*)?(?:[eE]\d+)?)"
    r"(?:[uUlLfFdDnig]{0,3}|[iuf]\d{1,3}|px|em|rem|pt|vh|vw|fr|deg|ms|s|m|h|d|k|M|G|[KMG]i?B?)$|^\d+(?:\.[\w-]+){2,}$"
)


@dataclass(frozen=True, slots=True)
class BracketProblem:
    message: str
    line: int


def free_text(text: str) -> str:
    """The text with its comments and strings blanked, line for line."""
    return _TOKEN.sub(
        lambda match: "\n" * match[0].count("\n") if match["comment"] or match["string"] else match[0], text
    )


def bracket_problem(text: str) -> BracketProblem | None:
    """The first thing that does not pair; None when all does. Linear in the text."""
    waiting: list[tuple[str, int]] = []
    line, at = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        token = match[0]
        if match["opencomment"]:
            return BracketProblem("A comment never ends", line)
        if match["number"] and not _NUMBER.match(token) and token[-1] != ".":
            return BracketProblem(f"{token[:30]!r} is neither a number nor a name", line)
        if match["bracket"]:
            if token in _CLOSERS.values():
                waiting.append((token, line))
            elif not waiting or waiting.pop()[0] != _CLOSERS[token]:
                return BracketProblem(f"{token!r} closes nothing", line)
    if waiting:
        return BracketProblem(f"{waiting[-1][0]!r} is never closed", waiting[-1][1])
    return None
