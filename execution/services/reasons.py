"""An exception as the one line that is kept and shown."""

from __future__ import annotations

import re

LONGEST = 500
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
_SECRET = re.compile(
    r"(?i)\b((?:password|passwd|pwd|secret|token|api[_-]?key|authorization)\b\s*[=:]\s*)(?:bearer\s+)?\S+"
)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


def reason_of(error: BaseException | str) -> str:
    """The first line of an error, without secrets and control characters, at most 500 characters.

    The traceback belongs in the log, never in the database.
    """
    said = str(error).strip().splitlines()
    line = _UNPRINTABLE.sub(" ", said[0]).strip() if said else ""
    line = _SECRET.sub(r"\1***", _CREDENTIALS.sub("***@", line))
    if not line:
        line = type(error).__name__ if isinstance(error, BaseException) else "no reason was given"
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
