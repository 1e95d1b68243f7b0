"""Money that moved, as Stripe's balance tells it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from billing.models.offer import Offer
from billing.models.order import Order
from proposals.models import Opportunity


class LedgerEntry(models.Model):
    """One balance transaction. Minor units, signed as our balance sees them: `net` is `gross` less `fee`.

    Append-only: a trigger refuses changes. `external_id` makes writing it again harmless.
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment", "Payment"
        REFUND = "refund", "Refund"
        REFUND_FAILURE = "refund_failure", "Refund that failed"
        DISPUTE = "dispute", "Dispute"
        DISPUTE_REVERSAL = "dispute_reversal", "Dispute given back"
        OTHER = "other", "Other"

    external_id = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    gross = models.BigIntegerField()
    fee = models.BigIntegerField()
    net = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="ledger_entries")
    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="ledger_entries")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="ledger_entries")
    source_id = models.CharField(max_length=255, help_text="The charge, refund or dispute at Stripe.")
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "ledger entries"
        indexes = [
            models.Index(name="ledger_by_day", fields=["currency", "occurred_at"]),  # the rows behind a number
            models.Index(name="ledger_by_opportunity", fields=["opportunity", "occurred_at"]),
            models.Index(name="ledger_by_offer", fields=["offer", "occurred_at"]),
            models.Index(name="ledger_newest", fields=["-occurred_at", "-id"]),  # the admin's list, a day's comparison
        ]
        constraints = [
            models.CheckConstraint(name="ledger_adds_up", condition=Q(net=F("gross") - F("fee"))),
            models.CheckConstraint(name="ledger_currency_form", condition=Q(currency__regex=r"^[A-Z]{3}$")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.gross} {self.currency}"
