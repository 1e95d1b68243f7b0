"""Which ledger entries make up a figure of revenue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from billing.models import LedgerEntry
from billing.revenue.figures import Scope, start_of

_KIND = LedgerEntry.Kind
PARTS: Mapping[str, tuple[LedgerEntry.Kind, ...]] = {
    "gross": (_KIND.PAYMENT,),
    "refunds": (_KIND.REFUND, _KIND.REFUND_FAILURE),
    "disputes": (_KIND.DISPUTE, _KIND.DISPUTE_REVERSAL),
    "other": (_KIND.OTHER,),
}
"""By column; fees and net are of every entry."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A figure: its scope, and the column it stands in."""

    scope: Scope
    column: str

    def query(self) -> dict[str, Any]:
        """The parameters that lead to its entries, in the admin and the API alike."""
        scope = self.scope
        given = {
            "since": scope.since.isoformat(),
            "until": scope.until.isoformat(),
            "currency": scope.currency,
            "part": self.column if self.column in PARTS else "",
        }
        return {name: value for name, value in given.items() if value}

    def entries(self) -> QuerySet[LedgerEntry]:
        """The ledger entries whose sum it is."""
        scope = self.scope
        named: dict[str, Any] = {
            "currency": scope.currency,
            "offer_id": scope.offer_id,
            "opportunity_id": scope.opportunity_id,
            "kind__in": PARTS.get(self.column),
        }
        return LedgerEntry.objects.filter(
            occurred_at__gte=start_of(scope.since),
            occurred_at__lt=start_of(scope.until + timedelta(days=1)),
            **{name: value for name, value in named.items() if value},
        )
