"""The ledger compared with Stripe's balance transactions: each run, and each transaction on which they differ."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from billing.models.order import Order
from billing.states import ReconciliationStatus


class Reconciliation(models.Model):
    """One comparison of the transactions made in [since, until). Its figures stay as they were found.

    `totals` is a list by currency: `{currency, here: {entries, gross, fee, net}, there: {…}, drift}`, with `drift` what
    Stripe's net is above ours. Transactions that are none of our orders are counted as `foreign` and not compared.
    """

    Status = ReconciliationStatus

    status = models.CharField(max_length=10, choices=ReconciliationStatus.choices, default=ReconciliationStatus.RUNNING)
    since = models.DateTimeField()
    until = models.DateTimeField()
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    compared = models.PositiveIntegerField(default=0, help_text="Transactions of ours, here or there.")
    foreign = models.PositiveIntegerField(default=0, help_text="Transactions at Stripe that are none of our orders'.")
    missing_here = models.PositiveIntegerField(default=0)
    missing_there = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)
    stale_days = models.PositiveIntegerField(default=0, help_text="Daily sums that are not the ledger's.")
    totals = models.JSONField(default=list)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        permissions = [("reconcile_ledger", "Can compare the ledger with Stripe and repair it")]
        indexes = [models.Index(name="reconciliation_newest", fields=["-started_at"])]
        constraints = [
            models.UniqueConstraint(  # two at a time would close each other's findings
                name="reconciliation_one_running", fields=["status"], condition=Q(status="running")
            ),
            models.CheckConstraint(
                name="reconciliation_finished_at",
                condition=Q(status="running", finished_at__isnull=True)
                | (~Q(status="running") & Q(finished_at__isnull=False)),
            ),
            models.CheckConstraint(name="reconciliation_time_in_order", condition=Q(until__gt=F("since"))),
        ]

    def __str__(self) -> str:
        return f"reconciliation {self.pk}"


class Discrepancy(models.Model):
    """One transaction on which the ledger and Stripe differ, as a run found it. Open until a later look settles it.

    `here` and `there` are `{kind, gross, fee, net, currency}`, or null. `drift` is what Stripe's net is above ours.
    """

    class Problem(models.TextChoices):
        MISSING_HERE = "missing_here", "Missing here"
        MISSING_THERE = "missing_there", "Missing at Stripe"
        DIFFERS = "differs", "Differs"

    class Closing(models.TextChoices):
        REPAIRED = "repaired", "Repaired"
        COMPARED_AGAIN = "compared_again", "Compared again by a later run"

    run = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="discrepancies")
    external_id = models.CharField(max_length=255)
    problem = models.CharField(max_length=20, choices=Problem.choices)
    currency = models.CharField(max_length=3)
    drift = models.BigIntegerField()
    here = models.JSONField(null=True)
    there = models.JSONField(null=True)
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="discrepancies")
    payment_intent_id = models.CharField(max_length=255, blank=True)
    occurred_at = models.DateTimeField()
    repair_asked_at = models.DateTimeField(null=True, blank=True)
    repair_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=500, blank=True, help_text="What the last repair came to.")
    closing = models.CharField(max_length=20, choices=Closing.choices, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "discrepancies"
        indexes = [
            models.Index(  # the alarm, and what a run closes
                name="discrepancy_open", fields=["occurred_at"], condition=Q(closed_at__isnull=True)
            ),
        ]
        constraints = [
            models.UniqueConstraint(name="discrepancy_once_a_run", fields=["run", "external_id"]),
            models.CheckConstraint(
                name="discrepancy_closed_at",
                condition=Q(closed_at__isnull=True, closing="") | (Q(closed_at__isnull=False) & ~Q(closing="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.external_id}: {self.get_problem_display()}"

    @property
    def is_repairable(self) -> bool:
        """Whether fetching the payment again may settle it; the ledger itself is never rewritten."""
        return self.closed_at is None and self.problem == self.Problem.MISSING_HERE and self.order_id is not None

    @property
    def differing(self) -> list[str]:
        """The figures on which both differ, by name."""
        if not self.here or not self.there:
            return []
        return [name for name, value in self.there.items() if self.here.get(name) != value]
