"""What was bought, and what Stripe says became of it."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from billing.models.customer import Customer
from billing.states import SETTLED, OrderStatus
from proposals.models import Opportunity


def new_token() -> str:
    """256 bits that open an order's pages."""
    return secrets.token_urlsafe(32)


class Order(models.Model):
    """One purchase of one offer. Amounts are minor units of `currency`; only what Stripe says moves the status.

    `order_details` is what was shown and agreed to: `{offer: {id, slug, name}, price: {id, amount, currency}, coupon,
    language, experiment: {exposure, variant, propensity, policy_version, experiment}}`; the last one only where an
    experiment ran. It holds no personal data.
    """

    Status = OrderStatus

    reference = models.UUIDField(unique=True, default=uuid.uuid4, editable=False, help_text="The name Stripe knows.")
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders")
    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="orders")
    order_details = models.JSONField(default=dict)
    status = models.CharField(max_length=20, choices=OrderStatus.choices, default=OrderStatus.PENDING)
    currency = models.CharField(max_length=3)
    amount_subtotal = models.PositiveBigIntegerField()
    amount_discount = models.PositiveBigIntegerField(default=0)
    amount_total = models.PositiveBigIntegerField()
    amount_refunded = models.PositiveBigIntegerField(default=0)
    stripe_session_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    stripe_payment_intent_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    checkout_url = models.TextField(blank=True, help_text="The hosted page while it is open.")
    last_error = models.CharField(max_length=500, blank=True, help_text="Why the last try to pay failed.")
    fulfilled_at = models.DateTimeField(null=True, blank=True)
    receipt_sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "orders"
        permissions = [("refund_order", "Can refund orders"), ("resend_receipt", "Can send receipts again")]
        indexes = [
            models.Index(name="order_newest", fields=["-created_at"]),  # the admin's list
            models.Index(name="order_by_status", fields=["status", "-created_at"]),  # its filter
        ]
        constraints = [
            models.CheckConstraint(name="order_status_known", condition=Q(status__in=OrderStatus.values)),
            models.CheckConstraint(name="order_currency_form", condition=Q(currency__regex=r"^[A-Z]{3}$")),
            models.CheckConstraint(
                name="order_amounts_add_up", condition=Q(amount_total=F("amount_subtotal") - F("amount_discount"))
            ),
            models.CheckConstraint(name="order_refund_within", condition=Q(amount_refunded__lte=F("amount_total"))),
            models.CheckConstraint(  # what was not paid was not handed out
                name="order_fulfilled_once_paid",
                condition=Q(fulfilled_at__isnull=True) | Q(status__in=sorted(SETTLED)),
            ),
        ]

    def __str__(self) -> str:
        return f"order {self.short_reference}"

    def get_absolute_url(self) -> str:
        """The customer's page."""
        return reverse("orders:status", args=[self.token])

    @property
    def short_reference(self) -> str:
        """What a customer can read out on the phone."""
        return str(self.reference)[:8].upper()

    @property
    def amount_left(self) -> int:
        """What could still be refunded, in minor units."""
        return self.amount_total - self.amount_refunded

    @property
    def is_settled(self) -> bool:
        """Whether money came in, whatever became of it."""
        return self.status in SETTLED

    @property
    def offer_id(self) -> int:
        """The key of what was bought; offers are never deleted."""
        return int(self.order_details["offer"]["id"])

    @property
    def language(self) -> str:
        """What the customer read, for what we send; empty for orders from before we kept it."""
        return str(self.order_details.get("language") or "")

    @property
    def offer_name(self) -> str:
        """What was bought, as it was called then."""
        offer: dict[str, Any] = self.order_details.get("offer", {})
        return str(offer.get("name", ""))


class OrderEvent(models.Model):
    """One thing that happened to an order. Append-only."""

    class Kind(models.TextChoices):
        CREATED = "created", "Created"
        CHECKOUT = "checkout", "Sent to Stripe"
        STATUS = "status", "Status"
        FULFILLED = "fulfilled", "Fulfilled"
        RECEIPT = "receipt", "Receipt sent"
        REFUND = "refund", "Refund"
        DISPUTE = "dispute", "Dispute"
        STRIPE = "stripe", "Stripe"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    note = models.CharField(max_length=500)
    by = models.ForeignKey("proposals.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(name="order_event_timeline", fields=["order", "at"])]

    def __str__(self) -> str:
        return f"{self.kind}: {self.note}"
