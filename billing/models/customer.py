"""Who buys."""

from __future__ import annotations

from django.db import models

from billing.encryption import EncryptedTextField, blind_index


def email_index(email: str) -> str:
    """The blind index of an address; letter case and outer blanks do not make another customer."""
    return blind_index(email.strip().casefold())


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Look-ups."""

    def with_email(self, email: str) -> CustomerQuerySet:
        """The customer with this address, if any; at most one."""
        return self.filter(email_index=email_index(email))


class Customer(models.Model):
    """Somebody who ordered. Name and address are encrypted; erasure empties them and keeps the row for its orders."""

    name = EncryptedTextField(blank=True)
    email = EncryptedTextField(blank=True)
    email_index = models.CharField(
        max_length=64, unique=True, null=True, blank=True, editable=False, help_text="Keyed hash; none when erased."
    )
    stripe_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    anonymised_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        db_table = "customers"
        permissions = [
            ("export_customer", "Can export all data of a customer"),
            ("erase_customer", "Can erase a customer's data"),
        ]
        constraints = [
            models.CheckConstraint(  # erased or findable, never half of each
                name="customer_anonymised_has_no_index",
                condition=models.Q(anonymised_at__isnull=True, email_index__isnull=False)
                | models.Q(anonymised_at__isnull=False, email_index__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"customer {self.pk}"

    @property
    def is_erased(self) -> bool:
        """Whether nothing is left that tells who it was."""
        return self.anonymised_at is not None


class CustomerEvent(models.Model):
    """Somebody took out or erased a customer's data. Append-only."""

    class Kind(models.TextChoices):
        EXPORTED = "exported", "Data exported"
        ERASED = "erased", "Data erased"
        ERASED_AT_STRIPE = "erased_at_stripe", "Deleted at Stripe"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(
        "proposals.User",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="None: a command.",
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(name="customer_event_timeline", fields=["customer", "at"])]

    def __str__(self) -> str:
        return f"{self.kind} of customer {self.customer_id}"
