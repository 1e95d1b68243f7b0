"""Offers as JSON."""

from __future__ import annotations

from rest_framework import serializers

from billing.models import Offer, Price


class PriceSerializer(serializers.ModelSerializer[Price]):
    """What an offer costs, in minor units."""

    class Meta:
        model = Price
        fields = ["amount", "currency"]


class OfferSerializer(serializers.ModelSerializer[Offer]):
    """One thing to buy."""

    opportunity = serializers.CharField(source="opportunity.name")
    prices = PriceSerializer(many=True, help_text="Those in force.")

    class Meta:
        model = Offer
        fields = [
            "slug",
            "name",
            "summary",
            "description",
            "opportunity",
            "is_published",
            "position",
            "prices",
            "created_at",
        ]
        read_only_fields = fields
