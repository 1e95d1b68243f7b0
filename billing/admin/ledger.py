"""The ledger, row by row, with the sum of what is listed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter, RelatedDropdownFilter, TextFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from billing.models import LedgerEntry
from billing.money import format_money
from billing.revenue.csv_export import ledger_csv
from billing.revenue.figures import start_of
from billing.revenue.parts import PARTS, Behind
from proposals.admin.desk import ReadOnlyAdmin, two_lines
from proposals.display import reveal

_MOST_SUMMED = 200_000  # beyond, the sum would take longer than the page is worth


def ledger_url(behind: Behind) -> str:
    """The list of the entries that make up a figure."""
    scope = behind.scope
    keys = {"offer__id__exact": scope.offer_id, "opportunity__id__exact": scope.opportunity_id}
    asked = behind.query() | {name: key for name, key in keys.items() if key}
    return f"{reverse('admin:billing_ledgerentry_changelist')}?{urlencode(asked)}"


class _DayForm(forms.Form):
    """One day, in the browser's own field for it."""

    def __init__(self, name: str, label: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = UnfoldAdminTextInputWidget({"type": "date"})
        self.fields[name] = forms.CharField(label=label, required=False, widget=widget)


class _DayFilter(TextFilter):
    """A UTC day; a bad one leads back to the list."""

    form_class: Any = _DayForm

    def day(self) -> date | None:
        """What was given. Raises IncorrectLookupParameters for no day."""
        try:
            return date.fromisoformat(given) if (given := self.value()) else None
        except ValueError as error:
            raise IncorrectLookupParameters from error


class SinceFilter(_DayFilter):
    """From a UTC day on."""

    title, parameter_name = "first day (UTC)", "since"

    def queryset(self, _request: HttpRequest, queryset: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
        """Those from that day's beginning."""
        day = self.day()
        return queryset.filter(occurred_at__gte=start_of(day)) if day else queryset


class UntilFilter(_DayFilter):
    """Up to a UTC day."""

    title, parameter_name = "last day (UTC)", "until"

    def queryset(self, _request: HttpRequest, queryset: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
        """Those until that day's end."""
        day = self.day()
        if day is None or day == date.max:
            return queryset
        return queryset.filter(occurred_at__lt=start_of(day + timedelta(days=1)))


class CurrencyFilter(TextFilter):
    """One currency, by its code."""

    title, parameter_name = "currency", "currency"

    def queryset(self, _request: HttpRequest, queryset: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
        """Those in it."""
        return queryset.filter(currency=str(self.value()).upper()) if self.value() else queryset


class PartFilter(DropdownFilter):
    """The column of revenue that entries count in."""

    title, parameter_name = "figure", "part"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> Sequence[tuple[str, str]]:
        """The columns."""
        return [(name, name.capitalize()) for name in PARTS]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
        """Those that count in it."""
        kinds = PARTS.get(self.value() or "")
        return queryset.filter(kind__in=kinds) if kinds else queryset


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    """Read only, as the database holds it too."""

    list_display = ("moved", "what", "bought", "shown_gross", "shown_fee", "shown_net")
    list_display_links = None
    list_filter = (
        SinceFilter,
        UntilFilter,
        CurrencyFilter,
        PartFilter,
        ("offer", RelatedDropdownFilter),
        ("opportunity", RelatedDropdownFilter),
    )
    list_filter_submit = True
    list_select_related = ("order", "offer")
    list_per_page = 50
    list_before_template: Any = "admin/billing/ledgerentry/sums.html"
    ordering = ("-occurred_at", "-id")
    search_fields = ("=external_id", "=source_id")
    search_help_text = "A whole id of Stripe's: a balance transaction, charge, refund or dispute"
    actions = None
    empty_title = "No entries"
    empty_text = "Money that moves at Stripe appears here."

    def get_urls(self) -> list[URLPattern]:
        """The export beside the list."""
        export = path("export/", self.admin_site.admin_view(self.export), name="billing_ledgerentry_export")
        return [export, *super().get_urls()]

    def changelist_view(  # type: ignore[override]  # as in DeskAdmin
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with the sum of all its pages before it."""
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            found = response.context_data["cl"]
            is_summed = found.result_count <= _MOST_SUMMED
            response.context_data["sums"] = _sums(found.queryset) if is_summed else None
            response.context_data["query"] = request.GET.urlencode()
        return response

    def export(self, request: HttpRequest) -> Any:
        """Everything that the list would show, as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return ledger_csv(self.get_changelist_instance(request).get_queryset(request))

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        """An entry has no page of its own; its order's tells the story."""
        return self.missing(request, object_id)

    @display(description="Moved at", ordering="occurred_at")
    def moved(self, entry: LedgerEntry) -> str:
        return f"{entry.occurred_at:%Y-%m-%d %H:%M:%S} UTC"

    @display(description="Kind", ordering="kind")
    def what(self, entry: LedgerEntry) -> SafeString:
        return two_lines(entry.get_kind_display(), reveal(entry.external_id))

    @display(description="Order")
    def bought(self, entry: LedgerEntry) -> SafeString:
        return format_html(
            '<a href="{}">{}</a><span class="fs-sub">{}</span>',
            reverse("admin:billing_order_change", args=[entry.order_id]),
            entry.order.short_reference,
            reveal(entry.offer.name),
        )

    @display(description="Gross", ordering="gross")
    def shown_gross(self, entry: LedgerEntry) -> str:
        return format_money(entry.gross, entry.currency)

    @display(description="Fee", ordering="fee")
    def shown_fee(self, entry: LedgerEntry) -> str:
        return format_money(entry.fee, entry.currency)

    @display(description="Net", ordering="net")
    def shown_net(self, entry: LedgerEntry) -> str:
        return format_money(entry.net, entry.currency)


def _sums(entries: QuerySet[LedgerEntry]) -> list[dict[str, Any]]:
    """By currency: nothing is added across them."""
    sums = {name: Sum(name) for name in ("gross", "fee", "net")}
    rows = (
        entries.order_by().values("currency").annotate(entries=Count("id"), **{f"sum_{k}": v for k, v in sums.items()})
    )
    return [dict(row) for row in rows.order_by("currency")]
