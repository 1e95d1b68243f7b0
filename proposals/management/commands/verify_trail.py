"""Whether an exported decision trail is whole. Needs the file and nothing else."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from proposals.trail import verify_trail

_BROKEN, _UNREADABLE = 1, 2


class Command(BaseCommand):
    """Exit code 0 when the trail is whole, 1 when it is broken, 2 when the file cannot be read."""

    help = "Follow the hashes of an exported decision trail, without a database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path, metavar="FILE", help="what export_trail wrote")
        parser.add_argument("--head", default="", metavar="HASH", help="a head noted before, which must be in the file")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read, say what was found, and leave with the exit code."""
        try:
            with options["file"].open("rb") as file:
                verdict = verify_trail(file, head=options["head"].strip().lower())
        except OSError as error:
            self.stderr.write(f"{options['file']} cannot be read: {error.strerror}.")
            sys.exit(_UNREADABLE)
        if not verdict.is_whole:
            self.stdout.write(f"Broken at line {verdict.line}: {verdict.why}.")
            sys.exit(_BROKEN)
        self.stdout.write(f"Whole: {verdict.entries} entries, head {verdict.head}.")
