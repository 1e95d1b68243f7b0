"""Tasks and what belongs to them, as JSON."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from execution.models import ExecutionControl, ExecutionTask, Rollback, TaskEvent, TaskPhase
from execution.timeline import attempts_of
from proposals.api.requests import NOTE_LENGTH, StrictSerializer
from proposals.api.serializers import proposal_url

REASON_LENGTH = 10


class TaskSerializer(serializers.ModelSerializer[ExecutionTask]):
    """One row of the list."""

    id = serializers.UUIDField(source="public_id")
    url = serializers.SerializerMethodField()
    proposal = serializers.CharField(source="proposal.report_id", help_text="The report that asked for it.")
    proposal_url = serializers.SerializerMethodField()
    parent = serializers.UUIDField(  # type: ignore[assignment]  # the member's name
        source="parent.public_id", default=None, allow_null=True
    )
    approved_by = serializers.CharField(
        source="approved_by.username", default=None, allow_null=True, help_text="Null when the policy let it go ahead."
    )

    class Meta:
        model = ExecutionTask
        fields = [
            "id",
            "url",
            "proposal",
            "proposal_url",
            "parent",
            "type",
            "kind",
            "description",
            "ai_model",
            "priority",
            "status",
            "approved_by",
            "attempts",
            "max_attempts",
            "queued_at",
            "started_at",
            "finished_at",
            "error",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.URLField)
    def get_url(self, task: ExecutionTask) -> str:
        """Where the task is."""
        return str(reverse("api-task", args=[task.public_id], request=self.context["request"]))

    @extend_schema_field(serializers.URLField)
    def get_proposal_url(self, task: ExecutionTask) -> str:
        """Where its proposal is."""
        return proposal_url(task.proposal, self.context)


class TaskEventSerializer(serializers.ModelSerializer[TaskEvent]):
    """One entry of a task's history."""

    actor = serializers.CharField(
        source="actor.username", default=None, allow_null=True, help_text="Null when the policy or the system did it."
    )

    class Meta:
        model = TaskEvent
        fields = ["id", "name", "before", "after", "attempt", "actor_kind", "actor", "note", "created_at"]


class RollbackSerializer(serializers.ModelSerializer[Rollback]):
    """One attempt to undo a task, and how it ended."""

    by = serializers.CharField(source="by.username")

    class Meta:
        model = Rollback
        fields = ["id", "by", "reason", "outcome", "detail", "result", "created_at"]


class TaskPhaseSerializer(serializers.ModelSerializer[TaskPhase]):
    """What an attempt spent its time on."""

    class Meta:
        model = TaskPhase
        fields = ["name", "started_at", "ended_at", "milliseconds"]
        extra_kwargs = {"ended_at": {"help_text": "Null while it goes on, and for good when its worker died in it."}}


class AttemptSerializer(serializers.Serializer[Any]):
    """One attempt; the last one may not have started."""

    number = serializers.IntegerField()
    queued_at = serializers.DateTimeField(allow_null=True, help_text="Since when it waited, pauses included.")
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField(help_text="The event that ended it; empty before that.")
    worker = serializers.CharField()
    said = serializers.CharField(help_text="Why it failed or was queued again.")
    phases = TaskPhaseSerializer(many=True)


class TaskDetailSerializer(TaskSerializer):
    """One task with its result, its history and what was undone."""

    events = TaskEventSerializer(many=True)
    rollbacks = RollbackSerializer(many=True)
    has_way_back = serializers.BooleanField(help_text="Whether what undoes it is kept.")

    timeline = serializers.SerializerMethodField(help_text="Its attempts, first to last.")
    assignee = serializers.CharField(source="assignee.username", default=None, allow_null=True)
    same_as = serializers.UUIDField(
        source="same_as.public_id", default=None, allow_null=True, help_text="The first task for the same action."
    )

    class Meta(TaskSerializer.Meta):
        fields = [
            *TaskSerializer.Meta.fields,
            "assignee",
            "due_on",
            "same_as",
            "result",
            "has_way_back",
            "timeline",
            "events",
            "rollbacks",
        ]

    @extend_schema_field(AttemptSerializer(many=True))
    def get_timeline(self, task: ExecutionTask) -> Any:
        """Of events and phases that were fetched with the task, in order."""
        return AttemptSerializer(attempts_of(task.events.all(), task.phases.all()), many=True).data


class ControlSerializer(serializers.ModelSerializer[ExecutionControl]):
    """The kill switch."""

    changed_by = serializers.CharField(source="changed_by.username", default=None, allow_null=True)

    class Meta:
        model = ExecutionControl
        fields = ["is_halted", "reason", "changed_by", "changed_at"]
        read_only_fields = fields


class RollBackSerializer(StrictSerializer):
    """Why a task is to be undone."""

    reason = serializers.CharField(
        min_length=REASON_LENGTH, max_length=NOTE_LENGTH, help_text="At least 10 characters; kept with the record."
    )


class AssignSerializer(StrictSerializer):
    """Whom a task is for."""

    assignee = serializers.CharField(allow_blank=True, max_length=150, help_text="A person's username; empty: nobody.")
    due_on = serializers.DateField(required=False, allow_null=True, default=None)
