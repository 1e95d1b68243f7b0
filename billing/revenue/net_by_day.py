"""The net of an opportunity over any days, from one query."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from datetime import date
from itertools import accumulate

from django.db.models import Sum

from billing.models import DailyRevenue


class NetByDay:
    """Reads every day of the opportunity once, and then answers from memory."""

    def __init__(self, opportunity_id: int) -> None:
        rows = DailyRevenue.objects.filter(opportunity_id=opportunity_id).values("currency", "day")
        by_currency: dict[str, list[tuple[date, int]]] = defaultdict(list)
        for row in rows.annotate(sum_net=Sum("net")).order_by("currency", "day"):
            by_currency[row["currency"]].append((row["day"], int(row["sum_net"])))
        self._days = {currency: [day for day, _ in found] for currency, found in by_currency.items()}
        self._sums = {currency: [0, *accumulate(net for _, net in found)] for currency, found in by_currency.items()}

    @property
    def currencies(self) -> list[str]:
        """In which money moved at all."""
        return list(self._days)

    def between(self, currency: str, since: date, until: date) -> int:
        """The net of these days, both included, in minor units."""
        days, sums = self._days.get(currency, []), self._sums.get(currency, [0])
        return sums[bisect_right(days, until)] - sums[bisect_left(days, since)]
