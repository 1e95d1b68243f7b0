"""The table of docs/gate.md: what the gate stops, by reason, beside two baselines."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from proposals.gate import DEFAULT
from proposals.gate.bounded import assess_bounded
from proposals.gate.scorecard import score
from proposals.reports import ReportError, parse_report

_CORPUS = Path("../shared/corpus")
_BEGIN, _END = "<!-- figures: begin -->\n", "<!-- figures: end -->"


class Command(BaseCommand):
    """The reports and labels stay where they are; only figures are written."""

    help = "Judge labelled reports and print a table of what is stopped, by reason, beside two baselines."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--reports", type=Path, default=_CORPUS / "reports.jsonl", help="JSON Lines of reports")
        parser.add_argument("--labels", type=Path, default=_CORPUS / "labels.jsonl", help="JSON Lines of labels")
        parser.add_argument("--write", type=Path, metavar="FILE", help="put the table between the marks of this file")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Judge, print, and write where asked."""
        try:
            reports = [parse_report(line) for line in options["reports"].read_bytes().splitlines() if line.strip()]
            labels = [json.loads(line) for line in options["labels"].read_text("utf-8").splitlines() if line.strip()]
            by_id = {label["id"]: label for label in labels}
        except (OSError, ValueError, KeyError, ReportError) as error:
            raise CommandError(f"--reports and --labels: {error}", returncode=2) from None
        table = score(((report, assess_bounded(report, DEFAULT)) for report in reports), by_id).markdown()
        self.stdout.write(table)
        if options["write"]:
            _write(options["write"], table)


def _write(file: Path, table: str) -> None:
    try:
        text = file.read_text("utf-8")
        before, rest = text.split(_BEGIN, 1)
        after = rest.split(_END, 1)[1]
        file.write_text(f"{before}{_BEGIN}{table}{_END}{after}", "utf-8")
    except (OSError, ValueError, IndexError):
        raise CommandError(f"--write {file}: needs the lines {_BEGIN.strip()} and {_END}", returncode=2) from None
