"""The decision trail as JSON Lines."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Self

from django.core.management.base import BaseCommand, CommandError

from proposals.services.trail import count_unchained, trail_lines
from proposals.trail import verify_trail


class Command(BaseCommand):
    """Exit code 0 for a whole trail; 1 when it is broken or leaves rows out, which are written all the same."""

    help = "Write every decision and event, chained by hashes, as JSON Lines. verify_trail checks the file anywhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--output", type=Path, metavar="FILE", help="write to a file, not to standard output")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write, and check what is written."""
        try:
            verdict = verify_trail(self._written(options["output"]))
        except OSError as error:
            raise CommandError(f"{options['output']} cannot be written: {error.strerror}") from error
        if verdict.is_whole:
            self.stderr.write(f"{verdict.entries} entries. Note the head: {verdict.head}")
        else:
            self.stderr.write(f"Line {verdict.line} breaks the trail: {verdict.why}.")
        unchained = count_unchained()
        if unchained:
            self.stderr.write(f"{unchained} decisions or events are in the tables and not in the trail.")
        if unchained or not verdict.is_whole:
            sys.exit(1)

    def _written(self, output: Path | None) -> Any:
        with output.open("w", encoding="utf-8", newline="\n") if output else _Kept(self.stdout) as file:
            for line in trail_lines():
                file.write(line)
                yield line.encode()


class _Kept:
    """Standard output, which is not closed."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.flush()

    def write(self, line: str) -> None:
        self._stream.write(line, ending="")
