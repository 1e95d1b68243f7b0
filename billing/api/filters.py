"""The filters of money over the API."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from billing.models import DailyRevenue, LedgerEntry
from billing.revenue.figures import start_of
from billing.revenue.parts import PARTS


class _Day(django_filters.DateFilter):
    """A day as 2026-01-31 and in no other form."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **extra)


class MoneyFilter(django_filters.FilterSet):
    """What revenue and the ledger have in common."""

    currency = django_filters.CharFilter(max_length=3, help_text="ISO 4217, upper case.")
    offer = django_filters.CharFilter(field_name="offer__slug", max_length=50, help_text="Its slug.")
    opportunity = django_filters.CharFilter(
        field_name="opportunity__name", max_length=200, strip=False, help_text="Its exact name."
    )


class RevenueFilter(MoneyFilter):
    """By the row's own day."""

    since = _Day(field_name="day", lookup_expr="gte", help_text="First UTC day.")
    until = _Day(field_name="day", lookup_expr="lte", help_text="Last UTC day, included.")

    class Meta:
        model = DailyRevenue
        fields: list[str] = []


class LedgerFilter(MoneyFilter):
    """By when the money moved, and by the column of revenue that an entry counts in."""

    since = _Day(method="from_day", help_text="First UTC day.")
    until = _Day(method="to_day", help_text="Last UTC day, included.")
    part = django_filters.ChoiceFilter(
        method="of_part",
        choices=[(name, name) for name in PARTS],
        help_text="The column of revenue that they count in. Fees and net are of all entries.",
        widget=forms.Select,
    )

    class Meta:
        model = LedgerEntry
        fields: list[str] = []

    def from_day(self, entries: QuerySet[LedgerEntry], _name: str, day: date) -> QuerySet[LedgerEntry]:
        """Those from the day's beginning."""
        return entries.filter(occurred_at__gte=start_of(day))

    def to_day(self, entries: QuerySet[LedgerEntry], _name: str, day: date) -> QuerySet[LedgerEntry]:
        """Those until the day's end."""
        return entries if day == date.max else entries.filter(occurred_at__lt=start_of(day + timedelta(days=1)))

    def of_part(self, entries: QuerySet[LedgerEntry], _name: str, part: str) -> QuerySet[LedgerEntry]:
        """Those of its kinds."""
        return entries.filter(kind__in=PARTS[part])
