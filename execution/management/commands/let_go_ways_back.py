"""Drop what the target keeps for changes that nobody will undo any more."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from execution.failures import PermanentFailure, TransientFailure
from execution.services.retention import LetGo, let_go_ways_back
from execution.services.rights import ExecutionRefused


class Command(BaseCommand):
    """Also run each day by `run_worker`, with the setting's days."""

    help = "Drop kept rows and tables of changes older than WAY_BACK_DAYS; these cannot be rolled back any more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Days, and how sure one is."""
        parser.add_argument("--older-than", type=int, metavar="DAYS", help=f"default: {settings.WAY_BACK_DAYS}")
        parser.add_argument("--inside-window", action="store_true", help="also younger ones than WAY_BACK_DAYS")
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and change nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """One line per task and the sum. Exit code 1 when something was in the way."""
        dry_run: bool = options["dry_run"]
        try:
            done = let_go_ways_back(days=options["older_than"], inside_window=options["inside_window"], dry_run=dry_run)
        except (ExecutionRefused, PermanentFailure, TransientFailure) as refusal:
            raise CommandError(f"Nothing was changed: {refusal}.") from refusal
        for each in done:
            self.stdout.write(_line(each))
        gone = [each for each in done if not each.trouble]
        freed = _size(sum(each.bytes for each in gone))
        self.stdout.write(f"{len(gone)} ways back {'would be let go' if dry_run else 'let go'}, {freed} freed")
        if len(gone) < len(done):
            raise CommandError(f"{len(done) - len(gone)} ways back could not be let go; they are as they were.")


def _line(each: LetGo) -> str:
    size = f"not let go: {each.trouble}" if each.trouble else _size(each.bytes)
    return f"task {each.task.pk}, {each.made_at:%Y-%m-%d}: {size}"


def _size(number: int) -> str:
    return filesizeformat(number).replace("\N{NO-BREAK SPACE}", " ")
