"""The addresses of offers and money."""

from __future__ import annotations

from django.urls import path

from billing.api.money_views import LedgerCsv, LedgerList, RevenueCsv, RevenueList, RevenueTotals
from billing.api.views import OfferList

urlpatterns = [
    path("offers/", OfferList.as_view(), name="api-offers"),
    path("revenue/", RevenueList.as_view(), name="api-revenue"),
    path("revenue/totals/", RevenueTotals.as_view(), name="api-revenue-totals"),
    path("revenue.csv", RevenueCsv.as_view(), name="api-revenue-csv"),
    path("ledger/", LedgerList.as_view(), name="api-ledger"),
    path("ledger.csv", LedgerCsv.as_view(), name="api-ledger-csv"),
]
