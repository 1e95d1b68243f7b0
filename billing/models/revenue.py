"""Revenue by day, kept up by the database as ledger entries are written, and what somebody expects instead."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from billing.models.offer import Offer
from proposals.models import Opportunity, Proposal


class DailyRevenue(models.Model):
    """The ledger of one UTC day, currency, offer and opportunity, in minor units, signed as our balance sees them.

    A trigger adds every ledger entry in the transaction that writes it; nothing else of ours may change a row, but for
    `rebuild_daily_revenue`. `refunds` and `disputes` are what is left after those that failed or were won.
    """

    day = models.DateField()
    currency = models.CharField(max_length=3)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="daily_revenue")
    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="daily_revenue")
    entries = models.BigIntegerField()
    gross = models.BigIntegerField()
    refunds = models.BigIntegerField()
    disputes = models.BigIntegerField()
    other = models.BigIntegerField()
    fees = models.BigIntegerField()
    net = models.BigIntegerField()

    class Meta:
        verbose_name = "revenue of a day"
        verbose_name_plural = "revenue"
        indexes = [
            models.Index(name="revenue_of_currency", fields=["currency", "day"]),  # and which currencies there are
            models.Index(name="revenue_of_offer", fields=["offer", "day"]),
            models.Index(name="revenue_of_opportunity", fields=["opportunity", "day"]),
        ]
        constraints = [
            models.UniqueConstraint(  # what the trigger adds to; serves a range of days as well
                name="revenue_one_row_each", fields=["day", "currency", "offer", "opportunity"]
            ),
            models.CheckConstraint(
                name="revenue_adds_up",
                condition=Q(net=F("gross") + F("refunds") + F("disputes") + F("other") - F("fees")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.net} {self.currency}"


class RevenueProjection(models.Model):
    """What somebody expects an opportunity, or one change to it, to bring in. Never counted as revenue. Append-only."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="projections")
    proposal = models.ForeignKey(
        Proposal, null=True, blank=True, on_delete=models.PROTECT, related_name="projections", help_text="The change."
    )
    amount = models.BigIntegerField(help_text="Net, in minor units: 190000 is 1,900.00 EUR, and 190,000 JPY.")
    currency = models.CharField(max_length=3, help_text="ISO 4217, upper case.")
    since = models.DateField("first day", help_text="UTC.")
    until = models.DateField("last day", help_text="UTC, included.")
    reason = models.CharField(max_length=500, help_text="What the figure rests on.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(name="projection_of_opportunity", fields=["opportunity", "since"])]
        constraints = [
            models.CheckConstraint(name="projection_days_in_order", condition=Q(until__gte=F("since"))),
            models.CheckConstraint(name="projection_currency_form", condition=Q(currency__regex=r"^[A-Z]{3}$")),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} expected of {self.opportunity}"
