"""Paths that may be written in the workspace."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from execution.failures import PermanentFailure

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# HEAD is what makes any folder with objects and refs a repository, whose config git then obeys.
_GIT = re.compile(r"\.?git(?:~\d+)?|\.gitmodules|gitmod~\d+|gi[0-9a-f]+~\d+|head")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)(?:\..*)?")
_MOST_BYTES = 1000
_MOST_NAME_BYTES = 200


def parts_of(path: str) -> tuple[str, ...]:
    """The names along a relative path. Raises PermanentFailure for any path that could mean something else.

    The gate refuses most of these before; here they are refused whatever was approved.
    """
    names = tuple(path.split("/"))
    reason = _objection(path) or next((why for name in names if (why := _objection_to_name(name))), "")
    if reason:
        raise PermanentFailure(
            f"the path {path[:200]!a} was not written: {reason}; propose the file under another path"
        )
    return names


def is_same_name(one: str, other: str) -> bool:
    """Whether a file system that folds case or composes letters could take one name for the other."""
    return _folded(one) == _folded(other)


def _objection(path: str) -> str:
    if not path:
        return "it is empty"
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path):
        return "it is not relative to the workspace"
    if "\\" in path or ":" in path or any(unicodedata.category(char) in _HIDDEN for char in path):
        return "it holds a backslash, a colon, or characters that nobody can see"
    if len(path.encode()) > _MOST_BYTES:
        return f"it has more than {_MOST_BYTES} bytes"
    return ""


def _objection_to_name(name: str) -> str:
    folded = _folded(name)
    if folded in {"", ".", ".."}:
        return "it has an empty, . or .. segment"
    if len(name.encode()) > _MOST_NAME_BYTES:
        return f"a name in it has more than {_MOST_NAME_BYTES} bytes"
    return next((why for is_so, why in _objections_to(folded) if is_so), "")


def _objections_to(folded: str) -> Iterator[tuple[object, str]]:
    yield folded != folded.strip() or folded.endswith("."), "a name in it begins or ends in a blank, or ends in a dot"
    yield re.search(r"[/\\:]", folded), "a letter in it reads as a slash, a backslash or a colon"
    yield _GIT.fullmatch(folded.rstrip(". ")), "it names what belongs to git itself"
    yield _RESERVED.fullmatch(folded), "it has a name that some systems reserve"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
