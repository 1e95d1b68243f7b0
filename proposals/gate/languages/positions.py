"""Offsets to lines."""

from __future__ import annotations


def line_at(text: str, offset: int) -> int:
    """The 1-based line of the character at `offset`; an offset past the end is the last line."""
    return text.count("\n", 0, max(offset, 0)) + 1
