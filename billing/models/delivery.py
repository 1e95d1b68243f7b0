"""What Stripe told us, verified, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from billing.states import DeliveryStatus


class WebhookDelivery(models.Model):
    """One event. Duplicates make no second row; a failed one is tried again, then waits for a person as dead."""

    Status = DeliveryStatus

    event_id = models.CharField(max_length=255, unique=True)
    event_type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=255)
    order_reference = models.CharField(max_length=64, blank=True, help_text="Filled in when it was processed.")
    payload = models.JSONField()
    signature_digest = models.CharField(max_length=64, help_text="SHA-256 of the signature header: replays match it.")
    status = models.CharField(max_length=12, choices=DeliveryStatus.choices, default=DeliveryStatus.RECEIVED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    next_attempt_at = models.DateTimeField(help_text="When the sweeper takes it up, should nobody have by then.")
    received_at = models.DateTimeField(auto_now_add=True)
    processed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        permissions = [("replay_webhookdelivery", "Can replay webhook deliveries")]
        indexes = [
            models.Index(  # the sweeper
                name="delivery_due",
                fields=["next_attempt_at"],
                condition=Q(status__in=[DeliveryStatus.RECEIVED, DeliveryStatus.FAILED]),
            ),
            models.Index(  # the dead-letter list
                name="delivery_dead", fields=["-received_at"], condition=Q(status=DeliveryStatus.DEAD)
            ),
            models.Index(name="delivery_newest", fields=["-received_at"]),  # the log, and the purge
            models.Index(name="delivery_of_order", fields=["order_reference", "received_at"]),  # an order's timeline
        ]
        constraints = [
            models.CheckConstraint(
                name="delivery_processed_at",
                condition=Q(status=DeliveryStatus.PROCESSED, processed_at__isnull=False)
                | (~Q(status=DeliveryStatus.PROCESSED) & Q(processed_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_id}"
