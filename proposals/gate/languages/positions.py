"""Offsets to lines."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache


def line_at(text: str, offset: int) -> int:
    """The 1-based line of the character at `offset`; an offset past the end is the last line."""
    return bisect_right(_line_starts(text), max(offset, 0))


@lru_cache(maxsize=4)
def _line_starts(text: str) -> tuple[int, ...]:
    starts, at = [0], text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return tuple(starts)
