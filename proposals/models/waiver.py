"""A finding that a person accepts, for a while."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from proposals.models.proposal import Proposal


class WaiverQuerySet(models.QuerySet["Waiver"]):
    """Reads of waivers."""

    def standing(self) -> WaiverQuerySet:
        """Those that were neither revoked nor ended by the sweep."""
        return self.filter(ended_at=None)


class Waiver(models.Model):
    """One finding of one proposal, accepted by a named person with a reason until a day.

    It holds for that proposal's content only, which never changes; the same finding elsewhere is another decision.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="waivers")
    fingerprint = models.CharField(max_length=80)
    rule_id = models.CharField(max_length=100)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="waivers")
    reason = models.TextField()
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was revoked, or ended by its date.")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = WaiverQuerySet.as_manager()

    class Meta:
        permissions = [("waive_finding", "Can waive findings and revoke waivers")]
        constraints = [
            models.UniqueConstraint(  # one person answers for a finding at a time
                name="waiver_one_standing", fields=["proposal", "fingerprint"], condition=Q(ended_at=None)
            ),
            models.CheckConstraint(
                name="waiver_ended_by_paired", condition=Q(ended_by__isnull=True) | Q(ended_at__isnull=False)
            ),
            models.CheckConstraint(name="waiver_ends_later", condition=Q(ends_at__gt=models.F("created_at"))),
        ]
        indexes = [models.Index(name="waiver_ending", fields=["ends_at"], condition=Q(ended_at=None))]  # the sweep

    def __str__(self) -> str:
        return f"{self.rule_id}, waived by {self.by}"
