"""Offers shown in more than one way, to learn which sells."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from billing.models.offer import Offer, Price
from billing.states import ExperimentStatus


def new_salt() -> str:
    """Keeps the assignments of one experiment apart from those of any other."""
    return secrets.token_hex(16)


class Experiment(models.Model):
    """One question about one offer. Who sees what is decided by `billing.experiments`, under the latest allocation."""

    Status = ExperimentStatus

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="experiments")
    slug = models.SlugField(max_length=40, unique=True)
    question = models.CharField(max_length=240, help_text="What it should tell.")
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    status = models.CharField(
        max_length=10, choices=ExperimentStatus.choices, default=ExperimentStatus.DRAFT, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(  # two at a time could not be told apart
                name="experiment_one_running_per_offer",
                fields=["offer"],
                condition=Q(status=ExperimentStatus.RUNNING),
            ),
            models.CheckConstraint(
                name="experiment_times",
                condition=Q(status="draft", started_at__isnull=True, ended_at__isnull=True)
                | Q(status="running", started_at__isnull=False, ended_at__isnull=True)
                | Q(status="ended", started_at__isnull=False, ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class Variant(models.Model):
    """One way to show the offer. What is left empty is as the offer has it."""

    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="variants")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=120, blank=True)
    summary = models.CharField(max_length=240, blank=True)
    description = models.TextField(blank=True)
    price = models.ForeignKey(
        Price,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="In place of the offer's price in the same currency; best one that is not active.",
    )

    class Meta:
        constraints = [models.UniqueConstraint(name="variant_key_per_experiment", fields=["experiment", "key"])]

    def __str__(self) -> str:
        return self.key


class Allocation(models.Model):
    """How often each variant is shown, from this version on: `{key: weight}`. Append-only."""

    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="allocations")
    version = models.PositiveIntegerField()
    weights = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="allocation_version", fields=["experiment", "version"])]

    def __str__(self) -> str:
        return f"{self.experiment.slug}/{self.version}"

    @property
    def shares(self) -> dict[str, float]:
        """How likely each variant is, 0 to 1."""
        weights: dict[str, Any] = self.weights
        whole = sum(weights.values())
        return {key: weight / whole for key, weight in weights.items()}
