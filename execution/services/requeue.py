"""Queueing what is caught between two attempts."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from execution.models import ExecutionTask
from execution.services.enqueue import CHANNEL
from execution.services.history import write_task_event
from execution.services.interventions import ensure_still_cleared, lock_task
from execution.services.rights import ExecutionRefused, require_right
from execution.states import IN_FLIGHT, TaskStatus, ensure_transition
from proposals.actors import Actor
from proposals.models import User


@transaction.atomic
def requeue_task(*, task_id: int, by: User, note: str = "") -> ExecutionTask:
    """Let a task be claimed now that pauses after a failure, or whose lease ran out.

    A task that was started before passes the gate again. Its last attempt is left to the reaper, which fails it.
    Locks the proposal, then the task. Raises ExecutionRefused, ExecutionTask.DoesNotExist.
    """
    require_right(by, "execution.run_task", "requeue tasks")
    task = lock_task(task_id)
    before, now = task.status, timezone.now()
    if before in IN_FLIGHT and task.lease_until and task.lease_until < now:
        _take_back(task)
    elif before != TaskStatus.QUEUED or task.not_before is None or task.not_before <= now:
        raise ExecutionRefused("only a task that pauses, or whose lease ran out, can be queued again")
    if task.started_at:
        ensure_still_cleared(task.proposal)
    task.not_before = None
    task.save(update_fields=["status", "attempts", "lease_until", "leased_by", "not_before"])
    write_task_event(task, name="requeued", before=before, by=Actor.of(by), note=note)
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
    return task


def _take_back(task: ExecutionTask) -> None:
    """As the reaper does: what was leased and never started was not attempted."""
    if task.status == TaskStatus.LEASED:
        task.attempts -= 1
    elif task.attempts >= task.max_attempts:
        raise ExecutionRefused("its last attempt ran; it fails as soon as a worker looks, then retry it")
    ensure_transition(task.status, TaskStatus.QUEUED)
    task.status, task.lease_until, task.leased_by = TaskStatus.QUEUED, None, ""
