"""The whole of `python -m bench desk`, inside Django, on premises of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.test import Client
from rich.console import Console
from rich.table import Table

from bench.desk.fill import EVENTS_EACH, fill, settle
from bench.desk.look import Seen, look_at
from bench.desk.pages import pages
from bench.measure import ROOT
from bench.premises import running, stop_when_told, worker_program
from execution.models import ExecutionTask
from execution.states import IN_FLIGHT, TaskStatus
from fsarsite.djstripe_schema import migrate_if_needed
from proposals.models import User

MOST_MILLISECONDS = 300.0
BIG = frozenset(
    {
        "proposals_proposal",
        "proposals_proposalevent",
        "proposals_decision",
        "proposals_trailentry",
        "execution_tasks",
        "execution_taskevent",
    }
)
_WHO = "bench"
_COMPARED = (
    "/decision/",
    "/notice/",
    "/opportunity/",
    "/policyversion/",
    "/proposal/",
    "/trailentry/",
    "/executiontask/",
    "/order/",
)
"""Pages that the stock admin has as well; its forms that add rows would take minutes each."""


def _is_page_of_a_row(url: str) -> bool:
    return url.endswith("/change/") and any(part in url for part in ("/proposal/", "/executiontask/"))


class Command(BaseCommand):
    """Fill, look at each page, let the stock admin look at the same rows, print."""

    help = "Measure every page of the admin over many proposals, beside Django's stock admin."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """How many, and the inner call that measures only."""
        parser.add_argument("--proposals", type=int, default=100_000, help="how many (%(default)s)")
        parser.add_argument("--measure", nargs="+", metavar="URL", help="only look at these pages; prints JSON")

    def handle(self, *, proposals: int, measure: list[str] | None, **_: Any) -> None:
        """Both halves, or the inner one."""
        stop_when_told()
        if measure:
            self.stdout.write(json.dumps({url: asdict(seen) for url, seen in self._look(measure).items()}))
            return
        self.console = Console(highlight=False, width=150)
        self._prepare(proposals)
        self.console.print("looking at each page, six times")
        ours = self._look(list(pages()))
        self.console.print(f"{len(ours)} pages seen; now the stock admin, whose forms list every row of a table")
        self._show(ours, {}, proposals)
        stock = self._stock([url for url in ours if url.endswith(_COMPARED) or _is_page_of_a_row(url)])
        self._show(ours, stock, proposals)
        self._keep(ours, stock, proposals)

    def _prepare(self, proposals: int) -> None:
        self.console.print("making the schema and the samples")
        migrate_if_needed()
        call_command("load_samples", verbosity=0)
        by = User.objects.create_superuser(_WHO, password=None)
        folder = ROOT / "bench" / "results"
        folder.mkdir(exist_ok=True)
        with running(worker_program(folder)):
            self._wait_for_samples()
        self.console.print(f"copying {proposals:,} proposals with {proposals * EVENTS_EACH:,} events")
        fill(proposals, by)
        settle()

    @staticmethod
    def _wait_for_samples() -> None:
        open_ones = ExecutionTask.objects.filter(status__in=[TaskStatus.QUEUED, *IN_FLIGHT])
        while open_ones.exists():
            time.sleep(0.2)

    @staticmethod
    def _look(urls: list[str]) -> dict[str, Seen]:
        client = Client(raise_request_exception=False)
        client.force_login(User.objects.get(username=_WHO), backend="django.contrib.auth.backends.ModelBackend")
        seen = {url: look_at(client, url, BIG) for url in urls}
        return {url: each for url, each in seen.items() if each.status not in {302, 403, 404}}  # no page of its own

    @staticmethod
    def _stock(urls: list[str]) -> dict[str, Seen]:
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "bench.desk.stock_settings"}
        argv = [sys.executable, "-m", "django", "desk", "--measure", *urls]
        told = subprocess.run(argv, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
        return {url: Seen(**seen) for url, seen in json.loads(told).items()}

    def _show(self, ours: dict[str, Seen], stock: dict[str, Seen], proposals: int) -> None:
        table = Table(title=f"{proposals:,} proposals, {proposals * EVENTS_EACH:,} events; median of 5, ms")
        table.add_column("page")
        for heading in ("queries", "ours", "slowest query", "stock", "stock queries", "of stock"):
            table.add_column(heading, justify="right")
        for url, seen in ours.items():
            other = stock.get(url)
            table.add_row(
                url.removeprefix("/admin/") or "(first page)",
                str(seen.queries),
                f"{seen.milliseconds:,.0f}",
                f"{seen.slowest:,.0f}",
                f"{other.milliseconds:,.0f}" if other else "–",
                str(other.queries) if other else "–",
                f"{seen.milliseconds / other.milliseconds:.2f}" if other else "–",
                style="red" if seen.milliseconds > MOST_MILLISECONDS or seen.status != 200 or seen.counts else None,
            )
        self.console.print(table)
        slow = [url for url, seen in ours.items() if seen.milliseconds > MOST_MILLISECONDS]
        self._say(not slow, f"{len(ours)} pages, over {MOST_MILLISECONDS:.0f} ms: {', '.join(slow) or 'none'}")
        counting = {url: seen.counts for url, seen in ours.items() if seen.counts}
        self._say(not counting, f"pages that count a big table: {counting or 'none'}")
        failed = [f"{url} ({seen.status})" for url, seen in ours.items() if seen.status != 200]
        self._say(not failed, f"pages that failed: {', '.join(failed) or 'none'}")

    def _say(self, is_good: bool, what: str) -> None:
        self.console.print(f"{'[green]✓[/]' if is_good else '[red]✗[/]'} {what}")

    def _keep(self, ours: dict[str, Seen], stock: dict[str, Seen], proposals: int) -> None:
        now = datetime.now(UTC)
        path = ROOT / "bench" / "results" / f"desk-{now:%Y%m%dT%H%M%SZ}.json"
        both = {"ours": ours, "stock": stock}
        pages_of = {name: {url: asdict(seen) for url, seen in told.items()} for name, told in both.items()}
        path.write_text(json.dumps({"proposals": proposals, **pages_of}, indent=2) + "\n")
        self.console.print(f"[dim]{path.relative_to(ROOT)}[/]")
