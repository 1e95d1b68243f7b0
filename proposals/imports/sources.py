"""Which files a list of paths means."""

from __future__ import annotations

import glob
import os
from pathlib import Path

_GLOB_MARKS = frozenset("*?[")


class SourceError(Exception):
    """Nothing can be read at {path}: {reason}."""

    def __init__(self, path: str, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}")


def find_files(path: str, suffixes: frozenset[str]) -> list[Path]:
    """Return the files that a path means, sorted: a file itself, the files below a folder, the matches of a glob.

    Below a folder only files with one of `suffixes` count, whatever their case; links to folders are not followed.
    Raises SourceError when there is nothing there.
    """
    given = Path(path)
    if given.is_dir():
        return _below(given, suffixes)
    if given.exists():
        return [given]
    if not _GLOB_MARKS & set(path):
        raise SourceError(path, "no such file or folder")
    matches = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    if not matches:
        raise SourceError(path, "the pattern matches no file")
    return [file for match in matches for file in find_files(glob.escape(match), suffixes)]


def _below(folder: Path, suffixes: frozenset[str]) -> list[Path]:
    names = (Path(parent, name) for parent, _folders, files in os.walk(folder) for name in files)
    files = sorted(name for name in names if name.suffix.lower() in suffixes)
    if not files:
        raise SourceError(str(folder), f"holds no file that ends in {', '.join(sorted(suffixes))}")
    return files
