"""Money as JSON: integers of minor units, and how many decimal places those are."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.currencies import minor_digits
from billing.models import DailyRevenue, LedgerEntry
from billing.revenue.figures import Scope
from billing.revenue.parts import Behind

_DECIMALS = "Decimal places of the currency: 2 makes 1900 mean 19.00."


class RevenueSerializer(serializers.ModelSerializer[DailyRevenue]):
    """Revenue of one UTC day, currency, offer and opportunity. `net` is gross + refunds + disputes + other - fees."""

    offer = serializers.CharField(source="offer.slug")
    opportunity = serializers.CharField(source="opportunity.name")
    decimals = serializers.SerializerMethodField(help_text=_DECIMALS)
    ledger = serializers.SerializerMethodField(help_text="The address of the entries that the row is the sum of.")

    class Meta:
        model = DailyRevenue
        fields = [
            "day",
            "currency",
            "decimals",
            "offer",
            "opportunity",
            "entries",
            "gross",
            "refunds",
            "disputes",
            "other",
            "fees",
            "net",
            "ledger",
        ]
        read_only_fields = fields

    def get_decimals(self, row: DailyRevenue) -> int:
        """Of the currency."""
        return minor_digits(row.currency)

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_ledger(self, row: DailyRevenue) -> str:
        """Where they are."""
        query = Behind(Scope(row.day, row.day, row.currency), "net").query()
        named = query | {"offer": row.offer.slug, "opportunity": row.opportunity.name}
        address = reverse("api-ledger", query=named)
        return str(self.context["request"].build_absolute_uri(address))


class TotalSerializer(serializers.Serializer[Any]):
    """Sums of one currency over all rows that the parameters ask for."""

    currency = serializers.CharField()
    decimals = serializers.SerializerMethodField(help_text=_DECIMALS)
    entries = serializers.IntegerField()
    gross = serializers.IntegerField()
    refunds = serializers.IntegerField()
    disputes = serializers.IntegerField()
    other = serializers.IntegerField()
    fees = serializers.IntegerField()
    net = serializers.IntegerField()

    def get_decimals(self, row: dict[str, Any]) -> int:
        """Of the currency."""
        return minor_digits(row["currency"])


class TotalsSerializer(serializers.Serializer[Any]):
    """One sum for each currency; currencies are never added up."""

    totals = TotalSerializer(many=True)


class LedgerEntrySerializer(serializers.ModelSerializer[LedgerEntry]):
    """One balance transaction, signed as our balance sees it. `net` is gross - fee."""

    decimals = serializers.SerializerMethodField(help_text=_DECIMALS)
    offer = serializers.CharField(source="offer.slug")
    opportunity = serializers.CharField(source="opportunity.name")
    order = serializers.UUIDField(source="order.reference")

    class Meta:
        model = LedgerEntry
        fields = [
            "id",
            "external_id",
            "kind",
            "currency",
            "decimals",
            "gross",
            "fee",
            "net",
            "offer",
            "opportunity",
            "order",
            "source_id",
            "occurred_at",
        ]
        read_only_fields = fields

    def get_decimals(self, row: LedgerEntry) -> int:
        """Of the currency."""
        return minor_digits(row.currency)
