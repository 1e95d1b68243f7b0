"""What a person thinks of a proposal's danger before they see what the engine thinks."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from proposals.models.assessment import Assessment
from proposals.models.proposal import Proposal


class EstimateQuerySet(models.QuerySet["Estimate"]):
    """Reads of estimates."""

    def latest_of(self, proposal: Proposal) -> EstimateQuerySet:
        """The latest of each person; the content that they are about never changes."""
        return self.filter(proposal=proposal).order_by("by", "-id").distinct("by")


class Estimate(models.Model):
    """One person's likelihood and damage, and the assessment that was hidden meanwhile. Append-only, by a trigger."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="estimates")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="estimates")
    likelihood = models.PositiveSmallIntegerField()
    damage = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EstimateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(  # a first thought is had once; also answers "who estimated this?"
                name="estimate_once_per_person", fields=["proposal", "by", "assessment"]
            ),
            models.CheckConstraint(
                name="estimate_in_range", condition=models.Q(likelihood__range=(1, 5), damage__range=(1, 5))
            ),
        ]

    def __str__(self) -> str:
        return f"likelihood {self.likelihood}, damage {self.damage}"

    def gap_to(self, assessment: Assessment) -> int:
        """The notches between this and the engine's, in the factor where they are further apart."""
        return max(abs(self.likelihood - assessment.likelihood), abs(self.damage - assessment.damage))
