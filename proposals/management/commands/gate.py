"""Judge reports without a database: nothing is stored."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.markup import escape

from proposals.gate import DEFAULT, Effect, Outcome, PolicyError, Rules, Verdict
from proposals.gate.as_json import acceptance_word, verdict_as_dict
from proposals.gate.bounded import assess_bounded
from proposals.gate.retrospective import TITLES, Section
from proposals.gate.rule_pages import rule_pages
from proposals.gate.sarif import to_sarif_log
from proposals.imports.documents import Document, InputFormat, read_documents
from proposals.imports.sources import SourceError, find_files
from proposals.measurements import ScratchUnusable, try_in_scratch
from proposals.reports import Report, ReportError, parse_report

_STANDARD_INPUT = "-"
_STOPPED, _FAILED = 1, 2
_COLOURS = {
    Outcome.CLEARED: "green",
    Outcome.NEEDS_MITIGATION: "yellow",
    Outcome.RETURNED: "red",
    Outcome.BLOCKED: "bold red",
}
_EFFECT_COLOURS = {Effect.BLOCK: "bold red", Effect.UNUSABLE: "red", Effect.REVIEW: "yellow", Effect.NONE: "dim"}


class Command(BaseCommand):
    """Exit code 0 when everything cleared or only needs mitigation, 1 when something stopped, 2 on an error."""

    help = "Judge FSAR reports: Markdown, JSON, JSON Lines; files, folders, patterns, or - for standard input."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, a quoted pattern, or -")
        parser.add_argument("--format", choices=["text", "json", "sarif"], default="text")
        parser.add_argument("--policy", type=Path, help="a JSON file of policy rules; the defaults stand for the rest")
        parser.add_argument(
            "--scratch", metavar="URL", help="an empty database, not a superuser's, to try SQL files in"
        )
        parser.add_argument("--verdicts", type=Path, help="also write one line of JSON per report: id and verdict")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Judge everything, print, and leave with the exit code."""
        self.failed = False
        rules = _rules_from(options["policy"])
        scratch = options["scratch"]
        verdict_of = ((report, _judge(report, rules, scratch)) for report in self._reports(options["paths"]))
        judged = _print_text(verdict_of) if options["format"] == "text" else list(verdict_of)
        if options["format"] == "json":
            self.stdout.write(json.dumps([verdict_as_dict(verdict, report.id) for report, verdict in judged], indent=2))
        elif options["format"] == "sarif":
            self.stdout.write(json.dumps(to_sarif_log([(verdict, report) for report, verdict in judged]), indent=2))
        if options["verdicts"]:
            _write_verdicts(options["verdicts"], judged)
        if self.failed:
            sys.exit(_FAILED)
        if any(verdict.is_stopped for _report, verdict in judged):
            sys.exit(_STOPPED)

    def _reports(self, paths: list[str]) -> Iterator[Report]:
        for document in self._documents(paths):
            try:
                yield parse_report(document.received, document.form)
            except ReportError as error:
                self._say_failed(f"{document.source}, line {document.first_line}: {error}")

    def _documents(self, paths: list[str]) -> Iterator[Document]:
        for path in paths:
            try:
                if path == _STANDARD_INPUT:
                    yield from read_documents(sys.stdin.buffer, "standard input")
                    continue
                for file in find_files(path, InputFormat.AUTO.suffixes):
                    with file.open("rb") as stream:
                        yield from read_documents(stream, str(file), suffix=file.suffix)
            except (SourceError, OSError) as error:
                self._say_failed(str(error))

    def _say_failed(self, message: str) -> None:
        self.failed = True
        self.stderr.write(message)


def _judge(report: Report, rules: Rules, scratch: str | None) -> Verdict:
    try:
        measurements = try_in_scratch(report, scratch) if scratch else ()
    except ScratchUnusable as error:
        raise CommandError(f"--scratch: {error}", returncode=_FAILED) from None
    return assess_bounded(report, rules, measurements=measurements)


def _rules_from(path: Path | None) -> Rules:
    if path is None:
        return DEFAULT
    try:
        return Rules.from_dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, PolicyError) as error:
        raise CommandError(f"--policy {path}: {error}", returncode=_FAILED) from None


def _write_verdicts(path: Path, judged: list[tuple[Report, Verdict]]) -> None:
    lines = [json.dumps({"id": report.id, "verdict": acceptance_word(verdict.outcome)}) for report, verdict in judged]
    try:
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    except OSError as error:
        raise CommandError(f"--verdicts {path}: {error}", returncode=_FAILED) from None


def _print_text(judged: Iterator[tuple[Report, Verdict]]) -> list[tuple[Report, Verdict]]:
    console = Console(highlight=False, soft_wrap=True)
    kept = []
    for report, verdict in judged:
        kept.append((report, verdict))
        _print_verdict(console, report, verdict)
    counts = [(outcome, sum(verdict.outcome is outcome for _, verdict in kept)) for outcome in Outcome]
    told = ", ".join(f"{count} {outcome.value.replace('_', ' ')}" for outcome, count in counts if count)
    console.print(f"{len(kept)} judged{': ' if told else ''}{told}")
    return kept


def _print_verdict(console: Console, report: Report, verdict: Verdict) -> None:
    console.print(f"[bold]{escape(report.id)}[/]  [{_COLOURS[verdict.outcome]}]{escape(verdict.headline)}[/]")
    score = verdict.score
    console.print(f"  severity {verdict.severity} = {score.likelihood} x {score.damage} x {score.reversibility}")
    if verdict.distance:
        console.print(f"  {escape(verdict.distance.sentence)}")
    for line in (verdict.decided_by, verdict.effect_line, f"Worst case: {verdict.worst_case}"):
        console.print(f"  {escape(line)}")
    console.print(f"  Way back: {escape(verdict.way_back)}")
    for finding in verdict.findings:
        region = finding.region
        place = f"{region.artifact}:{region.start_line}" if region else "report"
        console.print(f"    [{_EFFECT_COLOURS[finding.effect]}]{finding.rule_id}[/] {place} {escape(finding.message)}")
        console.print(
            f"      {escape(finding.remedy)} (docs/rules/{rule_pages()[finding.rule_id].file_name})", style="dim"
        )
    for section, points in verdict.retrospective.as_dict().items():
        console.print(f"  [bold]{TITLES[Section(section)]}[/]")
        for point in points:
            console.print(f"    - {escape(point['text'])}")
    console.print()
