"""What a change does to a file, as text for people."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

import pygit2
from pygit2.enums import FileMode

from execution.workspace.repository import Workspace

LARGEST = 512 * 1024
MOST_LINES = 2_000


@dataclass(frozen=True, slots=True)
class Difference:
    """The lines of a unified diff without its header; ``note`` says what is missing, or why there are none."""

    lines: tuple[str, ...]
    note: str = ""


def difference(before: bytes | None, after: bytes | None) -> Difference:
    """The unified diff of two contents; None is no file. At most 2,000 lines, of files up to 512 KiB."""
    if before == after:
        return Difference((), "There is no difference.")
    try:
        old, new = _lines_of(before), _lines_of(after)
    except ValueError as error:
        return Difference((), str(error))
    found = list(difflib.unified_diff(old, new, lineterm="", n=3))[2:]
    if before is not None and after is not None and old == new:
        return Difference((), "Only line ends differ.")
    if len(found) > MOST_LINES:
        return Difference(tuple(found[:MOST_LINES]), f"{len(found) - MOST_LINES} more lines are not shown.")
    return Difference(tuple(found), "The file is new." if before is None else "")


def content_of(workspace: Workspace, blob_id: str | None) -> bytes | None:
    """What a blob holds; None for no blob. Raises KeyError for one that the repository does not have (any more)."""
    if blob_id is None:
        return None
    blob: Any = workspace.repository[pygit2.Oid(hex=blob_id)]
    return bytes(blob.data)


def conflict_of(workspace: Workspace, path: str, base: str | None, present: str | None, wanted: str) -> dict[str, Any]:
    """Three versions of a file as two diffs from the base, and git's merge of them with markers where it cannot.

    ``since``: what others changed after the approval; ``proposed``: what was approved; ``merged``: text, empty when
    there is nothing to merge or it is no text; ``is_clean``: it merged without a conflict.
    """
    try:
        before = content_of(workspace, base)
    except KeyError:
        before = None
    merged, is_clean = _merged(workspace, path, base, present, wanted)
    return {
        "path": path,
        "since": _told(difference(before, content_of(workspace, present))),
        "proposed": _told(difference(before, content_of(workspace, wanted))),
        "merged": merged,
        "is_clean": is_clean,
    }


def _told(found: Difference) -> dict[str, Any]:
    return {"lines": list(found.lines), "note": found.note}


def _merged(workspace: Workspace, path: str, base: str | None, present: str | None, wanted: str) -> tuple[str, bool]:
    if base is None or present is None:
        return "", False
    old, ours, theirs = (
        pygit2.IndexEntry(path, pygit2.Oid(hex=each), FileMode.BLOB) for each in (base, present, wanted)
    )
    try:
        result = workspace.repository.merge_file_from_index(old, ours, theirs)
    except (pygit2.GitError, KeyError, ValueError):
        return "", False
    text = result.contents or ""
    return ("", False) if len(text) > LARGEST or "\x00" in text else (text, bool(result.automergeable))


def _lines_of(content: bytes | None) -> list[str]:
    """The lines without their ends. Raises ValueError for what is no text or too large to compare."""
    if content is None:
        return []
    if len(content) > LARGEST:
        raise ValueError(f"One of the files has more than {LARGEST // 1024} KiB; it is not compared.")
    try:
        return content.decode().splitlines()
    except UnicodeDecodeError:
        raise ValueError("One of the files is no text; it is not compared.") from None
