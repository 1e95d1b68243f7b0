"""``manage.py daily_revenue``: whether the daily sums are the ledger's, and making them anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.services import count_stale_days, rebuild_daily_revenue


class Command(BaseCommand):
    """Exit code 1 when a row differs after all."""

    help = "Compare daily revenue with the ledger, row by row; --rebuild sums the ledger up again first."

    def add_arguments(self, parser: CommandParser) -> None:
        """One switch."""
        parser.add_argument("--rebuild", action="store_true", help="sum the whole ledger up again; writers wait")

    def handle(self, *, rebuild: bool, **_options: Any) -> None:
        """Say what was found. Raises CommandError for a difference."""
        if rebuild:
            self.stdout.write(f"{rebuild_daily_revenue()} rows summed up from the ledger")
        stale = count_stale_days()
        if stale:
            raise CommandError(f"{stale} rows are not the ledger's sum: run manage.py daily_revenue --rebuild")
        self.stdout.write("Daily revenue is the ledger's sum, to the minor unit")
