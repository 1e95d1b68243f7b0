"""What is to be looked at again after somebody broke the glass."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from proposals.models.decision import Decision
from proposals.models.proposal import Proposal


class LaterReviewQuerySet(models.QuerySet["LaterReview"]):
    """Reads of later reviews."""

    def open(self) -> LaterReviewQuerySet:
        """Those that nobody made yet."""
        return self.filter(reviewed_at=None)


class LaterReview(models.Model):
    """The review that an approval by break-glass still owes, by another person, by a day."""

    class Verdict(models.TextChoices):
        UPHELD = "upheld", "Upheld"
        FAULTED = "faulted", "Should not have been"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="later_reviews")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="later_review")
    overridden = models.JSONField(default=list, help_text="What stood in the way, in words.")
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True, help_text="When Leads were told that it is overdue.")
    verdict = models.CharField(max_length=10, blank=True, choices=Verdict)
    note = models.TextField(blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)

    objects = LaterReviewQuerySet.as_manager()

    class Meta:
        permissions = [("break_glass", "Can approve alone in an emergency, for another to review later")]
        constraints = [
            models.CheckConstraint(
                name="later_review_whole",
                condition=Q(reviewed_at=None, reviewed_by=None, verdict="")
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False, verdict__in=["upheld", "faulted"]),
            )
        ]
        indexes = [models.Index(name="later_review_owed", fields=["due_at"], condition=Q(reviewed_at=None))]

    def __str__(self) -> str:
        return f"later review of {self.proposal}"
