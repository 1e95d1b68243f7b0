"""When a person last looked at a proposal, and what was there."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from proposals.models.assessment import Assessment
from proposals.models.event import ProposalEvent
from proposals.models.proposal import Proposal


class Look(models.Model):
    """The last time that a person opened a review page: the assessment and the last event that it showed."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="looks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    assessment = models.ForeignKey(Assessment, null=True, on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey(ProposalEvent, null=True, on_delete=models.PROTECT, related_name="+")
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(  # also answers "what did this person see last?"
                name="look_one_per_person", fields=["proposal", "by"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.by} at {self.proposal_id}"
