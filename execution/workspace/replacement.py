"""Whether a new content of a file knows the one that it replaces."""

from __future__ import annotations

_MANY_LINES = 20
_LARGE_BYTES = 2_048
_MOST_COMPARED = 4 * 1024 * 1024
_KEPT_SHARE = 10
_SIZE_SHARE = 4


def what_is_lost(before: bytes, after: bytes) -> str:
    """One clause on what of the present file would go; empty when enough stays, or when little is there.

    Enough is a tenth of its different lines, and a quarter of its size.
    """
    if before == after:
        return ""
    if b"\0" in before[:8_192] and b"\0" not in after[:8_192]:
        return f"a file of {len(before)} bytes that is no text"
    lines, new = (_lines(each[:_MOST_COMPARED]) for each in (before, after))
    kept = lines & new
    if len(lines) >= _MANY_LINES and len(kept) * _KEPT_SHARE < len(lines):
        return f"{len(lines)} different lines, of which {len(kept)} stay"
    if len(before) >= _LARGE_BYTES and len(after) * _SIZE_SHARE < len(before):
        return f"{len(before)} bytes, for which {len(after)} come"
    return ""


def _lines(content: bytes) -> set[bytes]:
    return {line.strip() for line in content.splitlines() if line.strip()}
