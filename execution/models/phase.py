"""What an attempt spent its time on."""

from __future__ import annotations

from django.db import models
from django.db.models import OuterRef, Subquery

from execution.models.task import ExecutionTask


class TaskPhase(models.Model):
    """One phase of one attempt. Without an end it runs, or its worker died in it: the attempt's own end tells which.

    A measurement, not a record of what was done: that is in the events and in what the effects left.
    """

    class Name(models.TextChoices):
        REHEARSE = "rehearse", "Rehearse"
        COMPARE = "compare", "Compare"
        APPLY = "apply", "Apply"
        VERIFY = "verify", "Verify"
        CHECK = "check", "Check"
        COMMIT = "commit", "Commit"
        PUSH = "push", "Push"
        WRITE = "write", "Write"
        ASK = "ask", "Ask the model"
        SUBMIT = "submit", "Submit"

    task = models.ForeignKey(ExecutionTask, on_delete=models.PROTECT, related_name="phases", db_index=False)
    attempt = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=10, choices=Name)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    milliseconds = models.PositiveIntegerField(
        null=True, help_text="Of a phase that took turns with another, the sum of its turns."
    )

    class Meta:
        indexes = [models.Index(name="task_phase_timeline", fields=["task", "id"])]  # the phases of one task
        constraints = [
            models.CheckConstraint(
                name="task_phase_ended_has_milliseconds",
                condition=models.Q(ended_at__isnull=True, milliseconds__isnull=True)
                | models.Q(ended_at__isnull=False, milliseconds__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()}, attempt {self.attempt}"


def current_phase() -> Subquery:
    """The name of the phase that each of the tasks is in, to annotate them with; null outside of any."""
    open_ones = TaskPhase.objects.filter(task=OuterRef("pk"), attempt=OuterRef("attempts"), ended_at=None)
    return Subquery(open_ones.order_by("-id").values("name")[:1])
