"""What people say to each other about a proposal, or one line of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from proposals.models.proposal import Proposal


class LineThreadQuerySet(models.QuerySet["LineThread"]):
    """Reads of threads."""

    def blocking(self) -> LineThreadQuerySet:
        """Those that stand in the way of an approval."""
        return self.filter(blocked_by__isnull=False, resolved_at=None)


class LineThread(models.Model):
    """A conversation about one line, 1-based, or about the whole, which has one line.

    A blocking one, while open, stands in the way of an approval.
    """

    class Artifact(models.TextChoices):
        CONTENT = "content", "file"
        REPORT = "report", "text"
        WHOLE = "whole", "proposal"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="threads")
    artifact = models.CharField(max_length=10, choices=Artifact, help_text="What the line counts in.")
    line = models.PositiveIntegerField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    blocked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who said that nothing goes ahead before this is resolved.",
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = LineThreadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="thread_artifact_known", condition=Q(artifact__in=["content", "report", "whole"])
            ),
            models.CheckConstraint(name="thread_line_from_one", condition=Q(line__gte=1)),
            models.CheckConstraint(
                name="thread_resolved_paired",
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        if self.artifact == self.Artifact.WHOLE:
            return "the proposal as a whole"
        return f"line {self.line} of the {self.get_artifact_display()}"

    @property
    def is_blocking(self) -> bool:
        """Whether it stands in the way of an approval now."""
        return self.blocked_by_id is not None and self.resolved_at is None


class LineComment(models.Model):
    """One thing said in a thread, in Markdown. Append-only: a database trigger refuses UPDATE and DELETE."""

    thread = models.ForeignKey(LineThread, on_delete=models.PROTECT, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.text[:80]
