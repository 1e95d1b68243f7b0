"""What the business sells."""

from __future__ import annotations

from django.db import models

from proposals.models import Opportunity


class OfferQuerySet(models.QuerySet["Offer"]):
    """Reads of the shop."""

    def on_sale(self) -> OfferQuerySet:
        """Published offers with a price, in the order of the shop."""
        return self.filter(is_published=True, prices__is_active=True).distinct().order_by("position", "id")


class Offer(models.Model):
    """One thing to buy, belonging to an opportunity, so that its revenue finds its way back to the changes."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="offers")
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    summary = models.CharField(max_length=240)
    description = models.TextField(blank=True)
    is_published = models.BooleanField(default=False, help_text="Only published offers are shown to customers.")
    position = models.PositiveSmallIntegerField(default=100, help_text="Lower comes first in the shop.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(name="offer_shop", fields=["position", "id"], condition=models.Q(is_published=True))]

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """What an offer costs: integer minor units of an ISO 4217 currency."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="prices")
    amount = models.PositiveIntegerField(help_text="In minor units: 1900 is 19.00 EUR, and 1900 JPY.")
    currency = models.CharField(max_length=3, help_text="ISO 4217, upper case.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(  # a customer sees one price per currency
                name="price_one_active_per_currency", fields=["offer", "currency"], condition=models.Q(is_active=True)
            ),
            models.CheckConstraint(name="price_currency_form", condition=models.Q(currency__regex=r"^[A-Z]{3}$")),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
