"""Markdown code fences, found line by line so that one that never closes costs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_FENCE = re.compile(r"^[ \t]{0,12}(?:[-*+>][ \t]+)?(`{3,}|~{3,})[ \t]*([\w+#.-]*)")


@dataclass(frozen=True, slots=True)
class Fence:
    """`start_line` is the fence's own 1-based line; `text` begins on the next one; `end_line` is the last line."""

    label: str
    text: str
    start_line: int
    end_line: int
    is_closed: bool


def fences_in(lines: Iterable[str]) -> tuple[Fence, ...]:
    found: list[Fence] = []
    mark, label, start = "", "", 0
    inside: list[str] = []
    number = 0
    for number, line in enumerate(lines, 1):
        match = _FENCE.match(line)
        if not mark and match:
            mark, label, start, inside = match[1], match[2].lower(), number, []
        elif mark and match and match[1].startswith(mark) and not match[2]:
            found.append(Fence(label, "\n".join(inside), start, number, True))
            mark = ""
        elif mark:
            inside.append(line)
    if mark:
        found.append(Fence(label, "\n".join(inside), start, number, False))
    return tuple(found)
