"""What undoes a change, and the record of undoing it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from execution.models.task import ExecutionTask
from execution.states import TaskStatus


class ArtifactQuerySet(models.QuerySet["RollbackArtifact"]):
    """Reads of the ways back."""

    def stale(self) -> ArtifactQuerySet:
        """Those of changes that stand but could not be undone any more."""
        return self.filter(stale_since__isnull=False, let_go_at__isnull=True, task__status=TaskStatus.SUCCEEDED)

    def kept_bytes(self) -> int:
        """What the target keeps for changes that stand, as last measured."""
        standing = self.filter(let_go_at__isnull=True, task__status=TaskStatus.SUCCEEDED)
        return int(standing.aggregate(total=models.Sum("kept_bytes"))["total"] or 0)


class RollbackArtifact(models.Model):
    """What undoes one executed task: reverse statements, or the commit to revert."""

    task = models.OneToOneField(ExecutionTask, on_delete=models.PROTECT, related_name="rollback_artifact")
    data = models.JSONField(help_text="Shape per kind, in its handler's docstring.")
    proven_at = models.DateTimeField(null=True, help_text="When a rehearsal last undid the change with it.")
    stale_since = models.DateTimeField(null=True, help_text="Since when it would not undo the change any more.")
    stale_because = models.TextField(blank=True)
    kept_bytes = models.BigIntegerField(default=0, help_text="What the target keeps for it, as last measured.")
    let_go_at = models.DateTimeField(null=True, help_text="Since when what was kept is gone: there is no way back.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ArtifactQuerySet.as_manager()

    def __str__(self) -> str:
        return f"way back of {self.task}"


class Rollback(models.Model):
    """Who had a task undone, why, and how that ended. Append-only: a database trigger refuses UPDATE and DELETE."""

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"

    task = models.ForeignKey(ExecutionTask, on_delete=models.PROTECT, related_name="rollbacks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rollbacks")
    reason = models.TextField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    detail = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="rollback_once_per_task", fields=["task"], condition=models.Q(outcome="done"))
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.task}"
