"""A person's word on a proposal, bound to what was on the screen."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from proposals.models.assessment import Assessment
from proposals.models.proposal import Proposal


class Decision(models.Model):
    """Approve, reject or send back. Append-only: a database trigger refuses UPDATE and DELETE."""

    class Kind(models.TextChoices):
        APPROVE = "approve", "Approved"
        REJECT = "reject", "Rejected"
        SEND_BACK = "send_back", "Sent back"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=10, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    note = models.TextField(blank=True)
    content_hash = models.CharField(max_length=80)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="decisions")
    created_at = models.DateTimeField(auto_now_add=True)
    seconds_on_page = models.PositiveIntegerField(
        null=True, help_text="From showing the page to the decision, at most a day; unknown where no page was shown."
    )

    class Meta:
        permissions = [("view_reviewers", "Can view the figures of all reviewers")]
        constraints = [
            models.UniqueConstraint(  # a second approval must come from a second person
                name="decision_one_approval_per_person",
                fields=["proposal", "assessment", "by"],
                condition=models.Q(kind="approve"),
            ),
            models.CheckConstraint(
                name="decision_kind_known", condition=models.Q(kind__in=["approve", "reject", "send_back"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.by}"
