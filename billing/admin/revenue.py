"""Revenue: by day, month, offer or opportunity, each figure leading to the entries that make it up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from billing.admin.ledger import ledger_url
from billing.models import DailyRevenue, Offer
from billing.money import format_money
from billing.revenue.csv_export import revenue_csv
from billing.revenue.figures import GROUPINGS, Revenue, Scope, currencies, revenue_by, totals_of, utc_today
from billing.revenue.parts import PARTS, Behind
from billing.revenue.series import charts_of
from proposals.admin.desk import ReadOnlyAdmin
from proposals.display import reveal
from proposals.models import Opportunity

MOST_DAYS, MOST_YEARS = 100, 20
_DEFAULT_DAYS = 30
_MOST_ROWS = 500
_MONEY = ("gross", "refunds", "disputes", "other", "fees", "net")
_EARLIEST = date(2000, 1, 1)


class RevenueForm(forms.Form):
    """What to show. Without days, the last thirty."""

    since = forms.DateField(label="First day", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    until = forms.DateField(label="Last day", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    by = forms.ChoiceField(label="By", required=False, choices=[(each, each.capitalize()) for each in GROUPINGS])
    currency = forms.ChoiceField(label="Currency", required=False)
    offer = forms.ModelChoiceField(Offer.objects.order_by("name"), label="Offer", required=False, empty_label="All")
    opportunity = forms.ModelChoiceField(
        Opportunity.objects.order_by("name"), label="Opportunity", required=False, empty_label="All"
    )

    def __init__(self, given: Any) -> None:
        until = utc_today()
        usual = {
            "since": (until - timedelta(days=_DEFAULT_DAYS - 1)).isoformat(),
            "until": until.isoformat(),
            "by": "day",
        }
        super().__init__(usual | {name: value for name, value in given.items() if value})
        chosen: Any = self.fields["currency"]
        chosen.choices = [("", "All"), *((code, code) for code in currencies())]
        for name in ("offer", "opportunity"):
            labelled: Any = self.fields[name]
            labelled.label_from_instance = lambda row: reveal(row.name)

    def clean(self) -> dict[str, Any]:
        """Days in order, and not more of them than a page can hold."""
        said: dict[str, Any] = super().clean() or {}
        since, until = said.get("since"), said.get("until")
        if since is None or until is None:
            return said
        if since > until:
            self.add_error("until", "The last day is before the first.")
        elif since < _EARLIEST or until - since > timedelta(days=366 * MOST_YEARS):
            self.add_error("since", f"From {_EARLIEST.year} on, and up to {MOST_YEARS} years.")
        elif said.get("by") == "day" and until - since >= timedelta(days=MOST_DAYS):
            self.add_error("by", f"By day, up to {MOST_DAYS} days are shown. Choose month, or fewer days.")
        return said

    def scope(self) -> Scope:
        """What is asked for. Only for a valid form."""
        said = self.cleaned_data
        keys = {f"{name}_id": said[name].pk if said[name] else None for name in ("offer", "opportunity")}
        return Scope(said["since"], said["until"], said["currency"], **keys)


@admin.register(DailyRevenue)
class DailyRevenueAdmin(ReadOnlyAdmin):
    """One page and one export."""

    def get_urls(self) -> list[URLPattern]:
        """The export beside the page."""
        export = path("export/", self.admin_site.admin_view(self.export), name="billing_dailyrevenue_export")
        return [export, *super().get_urls()]

    def changelist_view(  # type: ignore[override]  # as in DeskAdmin
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Figures, sums and charts, in five queries however much there is."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = RevenueForm(request.GET)
        context = {"title": "Revenue", "form": form, "query": request.GET.urlencode()}
        if not form.is_valid():
            return self.page(request, "admin/billing/dailyrevenue/page.html", context, status=422)
        shown = _shown(form.cleaned_data["by"], form.scope())
        return self.page(request, "admin/billing/dailyrevenue/page.html", context | shown)

    def export(self, request: HttpRequest) -> Any:
        """The daily rows of what was asked for, as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = RevenueForm({**request.GET.dict(), "by": "month"})  # an export has no page to fill
        if not form.is_valid():
            return redirect("admin:billing_dailyrevenue_changelist")
        return revenue_csv(form.scope().rows())

    def change_view(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        """A row has no page of its own."""
        return redirect("admin:billing_dailyrevenue_changelist")


def _shown(grouping: str, scope: Scope) -> dict[str, Any]:
    rows = revenue_by(grouping, scope)
    over_time = grouping if grouping in {"day", "month"} else "day" if scope.days <= MOST_DAYS else "month"
    columns = [name for name in _MONEY if name != "other" or any(row.other for row in rows)]
    return {
        "scope": scope,
        "grouping": grouping,
        "columns": [name.capitalize() for name in columns],
        "rows": [table_row(row, columns) for row in rows[:_MOST_ROWS]],
        "left_out": len(rows[_MOST_ROWS:]),
        "sums": [table_row(row, columns) for row in totals_of(rows, scope)],
        "charts": charts_of(over_time, scope, rows if over_time == grouping else revenue_by(over_time, scope)),
    }


def table_row(revenue: Revenue, columns: Sequence[str] = _MONEY) -> dict[str, Any]:
    """A row of a table of revenue: its label and its cells, each with the address of what it is made of."""
    link = ledger_url(Behind(revenue.scope, "entries"))
    cells = [
        {
            "name": name.capitalize(),
            "text": format_money(getattr(revenue, name), revenue.currency),
            "is_negative": getattr(revenue, name) < 0,
            "link": f"{link}&part={name}" if name in PARTS else link,
        }
        for name in columns
    ]
    return {
        "label": reveal(revenue.label),
        "currency": revenue.currency,
        "entries": revenue.entries,
        "link": link,
        "cells": cells,
    }
