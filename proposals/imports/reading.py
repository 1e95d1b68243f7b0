"""Everything that a command line's paths mean, with what could not be read told apart."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from proposals.imports.documents import Document, InputFormat, read_documents
from proposals.imports.outcomes import Problem
from proposals.imports.sources import SourceError, find_files

STANDARD_INPUT = "-"


def list_files(paths: Iterable[str], input_format: InputFormat = InputFormat.AUTO) -> tuple[list[str], list[Problem]]:
    """Return what to read, each file once, and the paths at which nothing is."""
    files: dict[Path, str] = {}
    problems = []
    for path in paths:
        try:
            found = [Path(path)] if path == STANDARD_INPUT else find_files(path, input_format.suffixes)
        except SourceError as error:
            problems.append(Problem(error.path, None, "path", error.reason))
            continue
        for file in found:
            files.setdefault(file.resolve(), str(file))
    return list(files.values()), problems


def read_files(files: Iterable[str], input_format: InputFormat = InputFormat.AUTO) -> Iterator[Document | Problem]:
    """Yield the documents of files and, for "-", of standard input; a Problem for one that cannot be read."""
    for file in files:
        try:
            if file == STANDARD_INPUT:
                yield from read_documents(sys.stdin.buffer, "standard input", input_format)
                continue
            with Path(file).open("rb") as stream:
                yield from read_documents(stream, file, input_format, Path(file).suffix)
        except OSError as error:
            yield Problem(file, None, "path", str(error.strerror))
