"""One unit of approved work. The table is the queue: see docs/adr/0004-execution-tasks-is-the-queue.md."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from execution.states import TaskStatus
from proposals.models import Proposal


class TaskQuerySet(models.QuerySet["ExecutionTask"]):
    """Reads of the tasks."""

    def for_list(self) -> TaskQuerySet:
        """With all that a list row shows, in one query."""
        return self.select_related("proposal", "parent")


class ExecutionTask(models.Model):
    """A piece of approved work, claimed by workers under a lease and a fence.

    ``fence`` grows with every claim; a worker that holds an older one is too late and changes nothing.
    ``payload`` is what the handler needs (shape per kind, in its handler's docstring) and never holds secrets.
    """

    class Kind(models.TextChoices):
        FILE = "file", "File"
        SQL = "sql", "SQL"
        PLAN = "plan", "Plan"
        IDEA = "idea", "Idea"
        PERSON = "person", "For a person"
        DRAFT = "draft", "Draft by a model"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="tasks")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", db_index=False
    )
    type = models.CharField(max_length=20, choices=Proposal.Type)
    kind = models.CharField(max_length=10, choices=Kind)
    description = models.TextField()
    ai_model = models.CharField(max_length=255, blank=True, help_text="The model that wrote the change.")
    priority = models.SmallIntegerField(default=0)
    status = models.CharField(max_length=20, choices=TaskStatus, default=TaskStatus.QUEUED)
    payload = models.JSONField(default=dict)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="approved_tasks",
        db_index=False,
        help_text="Empty when the policy let it go ahead.",
    )

    signature = models.CharField(max_length=80, blank=True, help_text="The same for the same action of any plan.")
    same_as = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="repeats",
        db_index=False,
        help_text="The first task with this signature.",
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assigned_tasks",
        db_index=False,
    )
    due_on = models.DateField(null=True, blank=True)
    depends_on = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="dependents", help_text="What must have succeeded first."
    )

    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    fence = models.PositiveIntegerField(default=0)
    leased_by = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    not_before = models.DateTimeField(null=True, blank=True, help_text="When a retry may start.")
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        db_table = "execution_tasks"
        permissions = [
            ("rollback_task", "Can roll back executed tasks"),
            ("run_task", "Can cancel, retry and complete tasks"),
            ("halt_execution", "Can use the kill switch"),
        ]
        indexes = [
            models.Index(  # the claim: top queued rows of each type
                name="task_claim", fields=["type", "-priority", "id"], condition=Q(status=TaskStatus.QUEUED)
            ),
            models.Index(  # the reaper: leases that ran out
                name="task_lease",
                fields=["lease_until"],
                condition=Q(status__in=[TaskStatus.LEASED, TaskStatus.RUNNING]),
            ),
            models.Index(  # the first task of an action
                name="task_by_signature", fields=["signature", "id"], condition=~Q(signature="")
            ),
            # Each attempt moves the row three times, through every index that holds it: so the others hold few.
            models.Index(  # a tab of the changelist; what is in flight is few, and in task_lease
                name="task_by_status",
                fields=["status", "-id"],
                condition=~Q(status__in=[TaskStatus.LEASED, TaskStatus.RUNNING]),
            ),
            models.Index(  # the parts of a plan
                name="task_parts", fields=["parent", "id"], condition=Q(parent__isnull=False)
            ),
            models.Index(  # the same action in other plans
                name="task_repeats", fields=["same_as", "id"], condition=Q(same_as__isnull=False)
            ),
            models.Index(  # a person's work
                name="task_by_assignee", fields=["assignee", "-id"], condition=Q(assignee__isnull=False)
            ),
            BrinIndex(name="task_finished", fields=["finished_at"], pages_per_range=32),  # the figures of some days
            models.Index(  # what somebody approved, and may he be deleted?
                name="task_by_approver", fields=["approved_by", "-id"], condition=Q(approved_by__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="task_lease_when_in_flight",
                condition=Q(status__in=[TaskStatus.LEASED, TaskStatus.RUNNING], lease_until__isnull=False)
                | ~Q(status__in=[TaskStatus.LEASED, TaskStatus.RUNNING]) & Q(lease_until__isnull=True),
            ),
            models.CheckConstraint(
                name="task_ended_has_end",
                condition=Q(
                    status__in=[TaskStatus.SUCCEEDED, TaskStatus.FAILED, TaskStatus.CANCELLED, TaskStatus.ROLLED_BACK],
                    finished_at__isnull=False,
                )
                | ~Q(status__in=[TaskStatus.SUCCEEDED, TaskStatus.FAILED, TaskStatus.CANCELLED, TaskStatus.ROLLED_BACK])
                & Q(finished_at__isnull=True),
            ),
            models.UniqueConstraint(  # releasing a proposal twice cannot make its root task twice
                name="task_one_root_per_proposal", fields=["proposal"], condition=Q(parent__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.description[:80]}"

    @property
    def is_held(self) -> bool:
        """Whether it was approved and waits for a person to run it."""
        return self.status == TaskStatus.WAITING and bool(self.result.get("is_held"))


class TaskEvent(models.Model):
    """Who did what to a task, when and why. Append-only: a database trigger refuses UPDATE and DELETE."""

    task = models.ForeignKey(ExecutionTask, on_delete=models.PROTECT, related_name="events", db_index=False)
    name = models.CharField(max_length=40)
    before = models.CharField(max_length=20, blank=True, choices=TaskStatus)
    after = models.CharField(max_length=20, choices=TaskStatus)
    attempt = models.PositiveSmallIntegerField(default=0)
    actor_kind = models.CharField(max_length=10)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(name="task_event_timeline", fields=["task", "id"]),  # the timeline of one task
            models.Index(  # may he be deleted? Machines write most events, and those are not in it
                name="task_event_by_person", fields=["actor"], condition=Q(actor__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.before} → {self.after}"
