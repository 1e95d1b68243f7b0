"""Take in reports from files, folders, patterns and standard input."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, transaction
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from proposals.imports import (
    ACCOUNT,
    STANDARD_INPUT,
    Document,
    Imported,
    Importer,
    InputFormat,
    Problem,
    Rehearsal,
    Result,
    Tally,
    list_files,
    read_files,
)
from proposals.models import User

# With more than these, a line for each would hide the table; -v 2 shows them all the same.
_REPORTS_SHOWN = 25


class Command(BaseCommand):
    """Interface only: finds documents, gives each to the one door, and tells what became of them."""

    help = "Import FSAR reports: Markdown, JSON, JSON Lines; files, folders, patterns, or - for standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, a quoted pattern, or -")
        parser.add_argument("--dry-run", action="store_true", help="judge everything, write nothing")
        parser.add_argument(
            "--as", dest="username", metavar="USERNAME", help=f"submit as this account, not as {ACCOUNT}"
        )
        parser.add_argument(
            "--format",
            choices=[each.value for each in InputFormat],
            default=InputFormat.AUTO.value,
            help="by default the name of a file says, or its first line",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import; a CommandError, so exit code 1, when anything failed."""
        door = (Rehearsal if options["dry_run"] else Importer)(options["username"])
        input_format = InputFormat(options["format"])
        try:
            _check_account(door)
            files, problems = list_files(options["paths"], input_format)
            outcomes = [*problems, *self._import(door, files, input_format)]
        except OperationalError as error:
            raise CommandError(f"the database does not answer: {str(error).strip()}") from error
        self._show_reports(outcomes, in_full=options["verbosity"] > 1)
        self._show_tally(outcomes, dry_run=options["dry_run"])

    def _import(self, door: Importer, files: list[str], input_format: InputFormat) -> Iterator[Imported | Problem]:
        there = [Path(file) for file in files if Path(file).is_file()]
        size = None if STANDARD_INPUT in files else sum(file.stat().st_size for file in there)
        console = Console(stderr=True)  # self.stderr would end each redraw with a line end
        columns = (TextColumn("Importing"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            row = progress.add_task("", total=size)
            for found in read_files(files, input_format):
                yield found if isinstance(found, Problem) else door.submit(found)
                progress.advance(row, len(found.received) if isinstance(found, Document) else 0)

    def _show_reports(self, outcomes: list[Imported | Problem], *, in_full: bool) -> None:
        reports = [outcome for outcome in outcomes if isinstance(outcome, Imported)]
        if len(reports) > _REPORTS_SHOWN and not in_full:
            return
        for report in reports:
            self.stdout.write(f"{report.report_id}: {report.result.label}")
            for line in filter(None, (report.headline, *report.findings)):
                self.stdout.write(f"    {line}")

    def _show_tally(self, outcomes: list[Imported | Problem], *, dry_run: bool) -> None:
        tally = Tally.of(outcomes)
        table = Table("Outcome", "Reports", "Meaning", title="Dry run: nothing was written" if dry_run else None)
        table.columns[1].justify = "right"
        for result in Result:
            table.add_row(result.label, str(tally.counts[result]), result.meaning)
        Console(file=cast("IO[str]", self.stdout)).print(table)
        for problem in tally.problems:
            self.stdout.write(str(problem))
        if tally.problems:
            raise CommandError(f"{len(tally.problems)} of {len(outcomes)} failed")


def _check_account(door: Importer) -> None:
    """Fail before the first report, and leave it to the first report to make the account."""
    try:
        with transaction.atomic():
            door.account()
            transaction.set_rollback(True)
    except User.DoesNotExist:
        raise CommandError(f"there is no active account {door.username}") from None
    except ValueError as error:
        raise CommandError(str(error)) from None
