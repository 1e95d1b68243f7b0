"""Tasks over the API: read, roll back, cancel, retry, complete, draft; and whether execution is halted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from execution.api import schema
from execution.api.filters import TaskFilter
from execution.api.serializers import (
    AssignSerializer,
    ControlSerializer,
    RollBackSerializer,
    TaskDetailSerializer,
    TaskEventSerializer,
    TaskSerializer,
)
from execution.failures import RollbackRefused
from execution.models import ExecutionControl, ExecutionTask, Rollback, RollbackArtifact, TaskEvent, TaskPhase
from execution.models.task import TaskQuerySet
from execution.services.assignments import assign_task
from execution.services.drafts import request_draft
from execution.services.held import run_held_task
from execution.services.interventions import cancel_task, retry_task
from execution.services.people import complete_task
from execution.services.rollback import roll_back_task
from proposals.api.endpoint import Endpoint, account_of
from proposals.api.pagination import NewestFirst, OldestFirst
from proposals.api.permissions import HasRight, IsPerson
from proposals.api.requests import NoteSerializer

VIEW, RUN, ROLL_BACK = "execution.view_executiontask", "execution.run_task", "execution.rollback_task"


def task_rows() -> TaskQuerySet:
    """All that a row shows, in one query, without the proposal's and the payload's megabytes."""
    rows = ExecutionTask.objects.for_list().select_related("approved_by")
    return rows.defer("payload", "proposal__received", "proposal__text", "parent__payload", "parent__result")


def task_details() -> TaskQuerySet:
    """All that the page of one task shows."""
    kept = Exists(RollbackArtifact.objects.filter(task=OuterRef("pk"), let_go_at__isnull=True))
    rows: TaskQuerySet = task_rows().select_related("assignee", "same_as").annotate(has_way_back=kept)
    return rows.prefetch_related(
        Prefetch("events", TaskEvent.objects.select_related("actor").order_by("id")),
        Prefetch("phases", TaskPhase.objects.order_by("id")),
        Prefetch("rollbacks", Rollback.objects.select_related("by").order_by("id")),
    )


class TaskEndpoint(Endpoint):
    """An address below one task, found by its public id."""

    queryset = ExecutionTask.objects.all()
    lookup_field = "public_id"
    serializer_class: type[BaseSerializer[Any]] = TaskDetailSerializer

    def find(self, public_id: UUID) -> ExecutionTask:
        """The task. Raises Http404."""
        found: ExecutionTask = get_object_or_404(self.get_queryset(), public_id=public_id)
        return found

    def detail_of(self, task: ExecutionTask) -> dict[str, Any]:
        """The task as it stands now."""
        return TaskDetailSerializer(task_details().get(pk=task.pk), context=self.get_serializer_context()).data


class TaskList(TaskEndpoint):
    """All tasks."""

    rights: ClassVar = {"GET": VIEW}
    serializer_class = TaskSerializer
    filterset_class = TaskFilter
    pagination_class = NewestFirst

    @extend_schema(**schema.LIST)
    def get(self, _request: Request) -> Response:
        """The newest first."""
        page = self.paginate_queryset(self.filter_queryset(task_rows()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class TaskDetail(TaskEndpoint):
    """One task."""

    rights: ClassVar = {"GET": VIEW}
    queryset = task_details()

    @extend_schema(**schema.RETRIEVE)
    def get(self, _request: Request, public_id: UUID) -> Response:
        """With its result, its history and what was undone."""
        return Response(self.get_serializer(self.find(public_id)).data)


class TaskEvents(TaskEndpoint):
    """The history of one task."""

    rights: ClassVar = {"GET": VIEW}
    serializer_class = TaskEventSerializer
    pagination_class = OldestFirst

    @extend_schema(**schema.EVENTS)
    def get(self, _request: Request, public_id: UUID) -> Response:
        """The oldest first, so that a follower goes on from its last cursor."""
        events = TaskEvent.objects.filter(task=self.find(public_id)).select_related("actor")
        page = self.paginate_queryset(self.filter_queryset(events))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class RollBackEndpoint(TaskEndpoint):
    """Undoing what a task did."""

    rights: ClassVar = {"POST": ROLL_BACK}
    permission_classes = [HasRight, IsPerson]
    serializer_class = RollBackSerializer

    @extend_schema(**schema.ROLL_BACK)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Recorded like a decision, whether it was done or refused. Raises RollbackRefused."""
        asked = RollBackSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        task = self.find(public_id)
        rollback = roll_back_task(task_id=task.pk, by=account_of(request), reason=asked.validated_data["reason"])
        if rollback.outcome == Rollback.Outcome.REFUSED:
            raise RollbackRefused(rollback.detail)
        return Response(self.detail_of(task))


class InterventionEndpoint(TaskEndpoint):
    """What an operator does to a task that does not run."""

    rights: ClassVar = {"POST": RUN}
    permission_classes = [HasRight, IsPerson]
    serializer_class = NoteSerializer

    def act(self, service: Callable[..., ExecutionTask], request: Request, public_id: UUID) -> Response:
        """Call the service and answer with the task as it stands then."""
        asked = NoteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        found = self.find(public_id)
        task = service(task_id=found.pk, by=account_of(request), note=asked.validated_data["note"])
        return Response(self.detail_of(task))


class CancelEndpoint(InterventionEndpoint):
    """Taking a task out of the queue."""

    @extend_schema(**schema.CANCEL)
    def post(self, request: Request, public_id: UUID) -> Response:
        """For good."""
        return self.act(cancel_task, request, public_id)


class RetryEndpoint(InterventionEndpoint):
    """Queueing a failed task again."""

    @extend_schema(**schema.RETRY)
    def post(self, request: Request, public_id: UUID) -> Response:
        """With new attempts."""
        return self.act(retry_task, request, public_id)


class CompleteEndpoint(InterventionEndpoint):
    """Saying that a task that waited for a person is done."""

    @extend_schema(**schema.COMPLETE)
    def post(self, request: Request, public_id: UUID) -> Response:
        """It has succeeded then."""
        return self.act(complete_task, request, public_id)


class RunEndpoint(InterventionEndpoint):
    """Running what was approved and waits for a person to do so."""

    @extend_schema(**schema.RUN)
    def post(self, request: Request, public_id: UUID) -> Response:
        """It is queued then."""
        return self.act(run_held_task, request, public_id)


class AssignEndpoint(TaskEndpoint):
    """Giving a task to a person."""

    rights: ClassVar = {"POST": RUN}
    permission_classes = [HasRight, IsPerson]
    serializer_class = AssignSerializer

    @extend_schema(**schema.ASSIGN)
    def post(self, request: Request, public_id: UUID) -> Response:
        """With a due date, or without."""
        asked = AssignSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        task = assign_task(task_id=self.find(public_id).pk, by=account_of(request), **asked.validated_data)
        return Response(self.detail_of(task))


class DraftEndpoint(InterventionEndpoint):
    """Having a model work out what a task asks for."""

    @extend_schema(**schema.DRAFT)
    def post(self, request: Request, public_id: UUID) -> Response:
        """The task in which a model does it; its result names the proposal that came of it."""
        return self.act(request_draft, request, public_id)


class ControlEndpoint(Endpoint):
    """The kill switch, read only."""

    rights: ClassVar = {"GET": "execution.view_executioncontrol"}
    serializer_class = ControlSerializer

    @extend_schema(**schema.CONTROL)
    def get(self, _request: Request) -> Response:
        """Whether workers may claim and start tasks."""
        control = ExecutionControl.objects.select_related("changed_by").filter(pk=1).first() or ExecutionControl()
        return Response(self.get_serializer(control).data)
