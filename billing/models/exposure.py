"""Which offer was shown, where, and how likely that was."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from billing.models.experiment import Variant
from billing.models.offer import Offer


class Exposure(models.Model):
    """One showing of one offer. Without its propensity nobody could learn from it later."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="exposures")
    context = models.JSONField(default=dict, help_text="{page, position, language}; nothing about the person.")
    variant = models.CharField(max_length=60)
    propensity = models.FloatField(help_text="How likely this variant was to be shown, above 0 and up to 1.")
    policy_version = models.CharField(max_length=60)
    arm = models.ForeignKey(
        Variant, null=True, blank=True, on_delete=models.PROTECT, related_name="exposures", db_index=False
    )
    shown_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(name="exposure_of_offer", fields=["offer", "shown_at"]),
            models.Index(  # an experiment's results; most showings belong to none
                name="exposure_of_arm", fields=["arm"], condition=Q(arm__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="exposure_propensity_range", condition=Q(propensity__gt=0) & Q(propensity__lte=1)
            )
        ]

    def __str__(self) -> str:
        return f"{self.variant} ({self.propensity:g})"
