"""Whether the ledger is to be believed now: what is open, and whether anybody looked lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Sum
from django.utils import timezone

from billing.models import Discrepancy, Reconciliation

LATE_AFTER = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class LedgerHealth:
    """`drift`: what Stripe's net is above ours, in minor units by currency, over everything that is open."""

    open: int
    drift: dict[str, int]
    last: Reconciliation | None

    @property
    def is_good(self) -> bool:
        """Whether nothing is open and the last look was lately and whole."""
        return not self.says

    @property
    def says(self) -> str:
        """What is wrong, in one line; empty when nothing is. Silent before the first run, and where nothing is sold."""
        if self.open:
            return (
                "1 transaction differs from Stripe"
                if self.open == 1
                else f"{self.open} transactions differ from Stripe"
            )
        if self.last is None or not settings.STRIPE.is_open:
            return ""
        if self.last.status == Reconciliation.Status.FAILED:
            return "the last comparison with Stripe failed"
        if self.last.stale_days:
            return f"{self.last.stale_days} rows of daily revenue are not the ledger's sum"
        if self.last.started_at < timezone.now() - LATE_AFTER:
            return "the ledger was not compared with Stripe for two days"
        return ""


def ledger_health() -> LedgerHealth:
    """Two queries; one before the first run, when nothing can be open."""
    last = Reconciliation.objects.exclude(status=Reconciliation.Status.RUNNING).order_by("-started_at").first()
    if last is None:
        return LedgerHealth(open=0, drift={}, last=None)
    found = Discrepancy.objects.filter(closed_at=None).values("currency")
    rows = list(found.annotate(count=Count("id"), drift=Sum("drift")).order_by("currency"))
    return LedgerHealth(
        open=sum(row["count"] for row in rows),
        drift={row["currency"]: int(row["drift"]) for row in rows},
        last=last,
    )
