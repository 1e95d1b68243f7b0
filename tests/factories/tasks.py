"""Execution tasks, queued by the approval of a proposal, and what running one by hand leaves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from execution.handlers import handler_for
from execution.models import ExecutionTask
from execution.services.runs import fail_task, finish_task, start_task
from execution.states import TaskStatus
from proposals.states import Status
from tests.factories.proposals import create_proposal
from tests.factories.reports import file_proposal


def create_task(**report_fields: Any) -> ExecutionTask:
    """The root task of an approved proposal, queued; ``report_fields`` change the report."""
    proposal = create_proposal(Status.APPROVED, **({"block_execution": True} | report_fields))
    return proposal.tasks.get(parent=None)


def create_sql_task(text: str, path: str = "migrations/change.sql") -> ExecutionTask:
    """The task of an approved SQL file."""
    return create_task(proposal=file_proposal(path, text))


def create_file_task(path: str = "shop/index.html", content: str = "<h1>Seeds</h1>\n") -> ExecutionTask:
    """The task of an approved file."""
    return create_task(proposal=file_proposal(path, content))


def lease_task(task: ExecutionTask) -> ExecutionTask:
    """As a worker's claim leaves it."""
    ExecutionTask.objects.filter(pk=task.pk).update(
        status=TaskStatus.LEASED,
        fence=task.fence + 1,
        attempts=task.attempts + 1,
        lease_until=timezone.now() + timedelta(minutes=1),
        leased_by="a test",
    )
    task.refresh_from_db()
    return task


def run_task(task: ExecutionTask) -> ExecutionTask:
    """Run a queued task as a worker does, and all that it queues. Failures are recorded, not raised."""
    started = start_task(lease_task(task).pk, task.fence)
    if started is None:
        raise AssertionError(f"{task} does not start")
    try:
        finish_task(task.pk, task.fence, handler_for(task.kind).execute(started))
    except Exception as error:  # noqa: BLE001
        fail_task(task.pk, task.fence, error, permanent=True)
    for child in task.children.filter(status=TaskStatus.QUEUED):
        run_task(child)
    task.refresh_from_db()
    return task
