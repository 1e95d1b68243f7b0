"""Sums of daily revenue, each with what it takes to find the ledger rows that make it up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self

from django.db import connection
from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncMonth

from billing.models import DailyRevenue

COLUMNS = ("entries", "gross", "refunds", "disputes", "other", "fees", "net")
_KEYS = {
    "day": ("day",),
    "month": ("month",),
    "offer": ("offer_id", "offer__name"),
    "opportunity": ("opportunity_id", "opportunity__name"),
}
GROUPINGS = tuple(_KEYS)


# From one code to the next by the index: DISTINCT would read every row.
_CURRENCIES = """
WITH RECURSIVE codes AS (
    (SELECT currency FROM billing_dailyrevenue ORDER BY currency LIMIT 1)
    UNION ALL
    SELECT (SELECT currency FROM billing_dailyrevenue WHERE currency > codes.currency ORDER BY currency LIMIT 1)
    FROM codes WHERE currency IS NOT NULL
) SELECT currency FROM codes WHERE currency IS NOT NULL
"""


def currencies() -> list[str]:
    """The codes in which money ever moved, sorted. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_CURRENCIES)
        return [code for (code,) in cursor.fetchall()]


def utc_today() -> date:
    """The day that revenue of this moment belongs to."""
    return datetime.now(UTC).date()


def start_of(day: date) -> datetime:
    """When a UTC day begins."""
    return datetime.combine(day, time.min, UTC)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for. Both days are UTC and included; empty means all."""

    since: date
    until: date
    currency: str = ""
    offer_id: int | None = None
    opportunity_id: int | None = None

    @property
    def days(self) -> int:
        """How many."""
        return (self.until - self.since).days + 1

    def within(self, since: date, until: date) -> Self:
        """The same, of those days only that are in both ranges."""
        return replace(self, since=max(since, self.since), until=min(until, self.until))

    def rows(self) -> QuerySet[DailyRevenue]:
        """The daily rows that are asked for."""
        found = DailyRevenue.objects.filter(day__range=(self.since, self.until))
        named = {"currency": self.currency, "offer_id": self.offer_id, "opportunity_id": self.opportunity_id}
        return found.filter(**{name: value for name, value in named.items() if value})


@dataclass(frozen=True, slots=True)
class Revenue:
    """Sums of one currency in minor units, of what `scope` names: net = gross + refunds + disputes + other - fees."""

    label: str
    scope: Scope
    currency: str
    entries: int = 0
    gross: int = 0
    refunds: int = 0
    disputes: int = 0
    other: int = 0
    fees: int = 0
    net: int = 0

    def plus(self, more: Self) -> Self:
        """Both added up. Only of one currency."""
        if more.currency != self.currency:
            raise ValueError(f"{self.currency} and {more.currency} are never added")
        return replace(self, **{name: getattr(self, name) + getattr(more, name) for name in COLUMNS})


def revenue_by(grouping: str, scope: Scope) -> list[Revenue]:
    """One `Revenue` for each group and currency: times newest first, else the largest net of a currency first.

    One query. Raises KeyError for no grouping of `GROUPINGS`.
    """
    keys, is_time = _KEYS[grouping], grouping in {"day", "month"}
    rows = scope.rows().annotate(month=TruncMonth("day")) if grouping == "month" else scope.rows()
    sums = rows.order_by().values(*keys, "currency").annotate(**{f"sum_{name}": Sum(name) for name in COLUMNS})
    ordered = sums.order_by(f"-{keys[0]}", "currency") if is_time else sums.order_by("currency", "-sum_net", keys[0])
    return [_revenue(grouping, scope, row) for row in ordered]


def _revenue(grouping: str, scope: Scope, row: Mapping[str, Any]) -> Revenue:
    currency = str(row["currency"])
    within = replace(scope, currency=currency)
    match grouping:
        case "day":
            label, within = row["day"].isoformat(), within.within(row["day"], row["day"])
        case "month":
            month: date = row["month"]
            label, within = f"{month:%Y-%m}", within.within(month, _end_of_month(month))
        case "offer":
            label, within = row["offer__name"], replace(within, offer_id=row["offer_id"])
        case _:
            label, within = row["opportunity__name"], replace(within, opportunity_id=row["opportunity_id"])
    return Revenue(label, within, currency, **{name: int(row[f"sum_{name}"]) for name in COLUMNS})


def _end_of_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def totals_of(rows: Iterable[Revenue], scope: Scope) -> list[Revenue]:
    """The sum of the rows of each currency, in the order of its code."""
    sums: dict[str, Revenue] = {}
    for row in rows:
        nothing = Revenue("Sum", replace(scope, currency=row.currency), row.currency)
        sums[row.currency] = sums.get(row.currency, nothing).plus(row)
    return [sums[currency] for currency in sorted(sums)]


def totals(scope: Scope) -> list[Revenue]:
    """What came in of each currency, in the order of its code. One query."""
    named: Any = {f"sum_{name}": Sum(name) for name in COLUMNS}
    sums: Any = scope.rows().order_by().values("currency").annotate(**named)
    return [
        Revenue(
            "Sum",
            replace(scope, currency=row["currency"]),
            row["currency"],
            **{name: int(row[f"sum_{name}"]) for name in COLUMNS},
        )
        for row in sums.order_by("currency")
    ]
