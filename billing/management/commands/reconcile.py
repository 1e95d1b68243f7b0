"""``manage.py reconcile``: the ledger against Stripe's balance transactions."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from billing.models import Reconciliation
from billing.money import format_money
from billing.services import ReconciliationRefused, reconcile


class Command(BaseCommand):
    """For cron and for doubts. Exit code 1 when they differ or cannot be compared."""

    help = "Compare the ledger with Stripe by id and amount; by default the three days until two hours ago."

    def add_arguments(self, parser: CommandParser) -> None:
        """From when on, until when."""
        parser.add_argument("--since", type=date.fromisoformat, metavar="DAY", help="first UTC day, as 2026-01-31")
        parser.add_argument("--until", type=date.fromisoformat, metavar="DAY", help="last UTC day, included")

    def handle(self, *, since: date | None, until: date | None, **_options: Any) -> None:
        """Compare and say what differs. Raises CommandError."""
        try:
            run = reconcile(since=_start(since), until=_end(until))
        except ReconciliationRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{run.since:%Y-%m-%d %H:%M:%S} to {run.until:%Y-%m-%d %H:%M:%S} UTC")
        for each in run.totals:
            self.stdout.write(
                f"{each['currency']}: {_side(each, 'here')}; {_side(each, 'there')}; drift {_drift(each)}"
            )
        for row in run.discrepancies.order_by("occurred_at", "external_id")[:100]:
            self.stdout.write(
                f"  {row.external_id} {row.get_problem_display().lower()} {' '.join(row.differing)}".rstrip()
            )
        if run.status != Reconciliation.Status.AGREED:
            raise CommandError(run.error or _summary(run))
        self.stdout.write(_summary(run))


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, UTC) if day else None


def _end(day: date | None) -> datetime | None:
    """The end of the day; of a day that goes on, the end of this second."""
    end = _start(day)
    return min(end + timedelta(days=1), timezone.now() + timedelta(seconds=1)) if end else None


def _side(total: dict[str, Any], side: str) -> str:
    found = total[side]
    return f"{side} {found['entries']} transactions, net {format_money(found['net'], total['currency'])}"


def _drift(total: dict[str, Any]) -> str:
    return format_money(total["drift"], total["currency"])


def _summary(run: Reconciliation) -> str:
    return (
        f"{run.compared} transactions compared, {run.foreign} of others left out: {run.missing_here} missing here, "
        f"{run.missing_there} missing at Stripe, {run.differing} differ; {run.stale_days} rows of daily revenue stale"
    )
