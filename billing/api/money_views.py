"""Revenue and the ledger over the API, read only."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db.models import Sum
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api import money_schema
from billing.api.filters import LedgerFilter, RevenueFilter
from billing.api.money_serializers import LedgerEntrySerializer, RevenueSerializer, TotalsSerializer
from billing.models import DailyRevenue, LedgerEntry
from billing.revenue.csv_export import ledger_csv, revenue_csv
from billing.revenue.figures import COLUMNS
from proposals.api.endpoint import Endpoint
from proposals.api.pagination import NewestFirst


class NewestDayFirst(NewestFirst):
    """Pages by falling day. As many rows as offers, currencies and opportunities share a day."""

    ordering: Any = ("-day", "-id")
    offset_cutoff = 1_000_000

    def is_position(self, position: str) -> bool:
        """Whether a cursor stands at a day."""
        try:
            date.fromisoformat(position)
        except ValueError:
            return False
        return True


class RevenueEndpoint(Endpoint):
    """Daily rows."""

    rights: ClassVar = {"GET": "billing.view_dailyrevenue"}
    queryset = DailyRevenue.objects.select_related("offer", "opportunity")
    serializer_class = RevenueSerializer
    filterset_class = RevenueFilter


class RevenueList(RevenueEndpoint):
    """By day, currency, offer and opportunity."""

    pagination_class = NewestDayFirst

    @extend_schema(**money_schema.REVENUE)
    def get(self, _request: Request) -> Response:
        """The newest day first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class _Unpaged(Endpoint):
    """An answer that is whole, so a parameter of pages is refused rather than ignored."""

    def filter_queryset(self, queryset: Any) -> Any:
        """The rows that the parameters ask for."""
        paged = sorted({"cursor", "page_size"} & set(self.request.query_params))
        if paged:
            raise ValidationError(dict.fromkeys(paged, "is no parameter of this address"))
        return super().filter_queryset(queryset)


class RevenueTotals(_Unpaged, RevenueEndpoint):
    """Sums by currency."""

    serializer_class: Any = TotalsSerializer

    @extend_schema(**money_schema.TOTALS)
    def get(self, _request: Request) -> Response:
        """In the order of the currency's code."""
        rows = self.filter_queryset(self.get_queryset()).select_related(None).order_by().values("currency")
        sums = rows.annotate(**{f"sum_{name}": Sum(name) for name in COLUMNS}).order_by("currency")
        totals = [{"currency": row["currency"], **{name: int(row[f"sum_{name}"]) for name in COLUMNS}} for row in sums]
        return Response(self.get_serializer({"totals": totals}).data)


class RevenueCsv(_Unpaged, RevenueEndpoint):
    """Daily rows as a table."""

    takes_fields = False

    @extend_schema(**money_schema.REVENUE_CSV)
    def get(self, _request: Request) -> HttpResponseBase:
        """The oldest first."""
        return revenue_csv(self.filter_queryset(self.get_queryset()))


class LedgerEndpoint(Endpoint):
    """Ledger entries."""

    rights: ClassVar = {"GET": "billing.view_ledgerentry"}
    queryset = LedgerEntry.objects.select_related("offer", "opportunity", "order")
    serializer_class = LedgerEntrySerializer
    filterset_class = LedgerFilter


class LedgerList(LedgerEndpoint):
    """What a figure of revenue is made of."""

    pagination_class = NewestFirst

    @extend_schema(**money_schema.LEDGER)
    def get(self, _request: Request) -> Response:
        """The latest written first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class LedgerCsv(_Unpaged, LedgerEndpoint):
    """The same as a table."""

    takes_fields = False

    @extend_schema(**money_schema.LEDGER_CSV)
    def get(self, _request: Request) -> HttpResponseBase:
        """The oldest first."""
        return ledger_csv(self.filter_queryset(self.get_queryset()))
