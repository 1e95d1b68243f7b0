"""Work that people do."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from execution.models import ExecutionTask
from execution.services.history import write_task_event
from execution.services.interventions import lock_task
from execution.services.outcome import FOR_PEOPLE, report_outcome
from execution.services.rights import ExecutionRefused, require_right
from execution.states import TaskStatus, ensure_transition
from proposals.actors import Actor
from proposals.models import User
from proposals.services.storable import storable


@transaction.atomic
def complete_task(*, task_id: int, by: User, note: str = "") -> ExecutionTask:
    """Say that a task that waited for a person is done. Locks the proposal, then the task.

    Raises ExecutionRefused, InvalidTaskTransition, ExecutionTask.DoesNotExist.
    """
    require_right(by, "execution.run_task", "complete tasks")
    task = lock_task(task_id)
    if task.kind not in FOR_PEOPLE:
        raise ExecutionRefused(f"a task of kind {task.get_kind_display()} is done by a machine")
    ensure_transition(task.status, TaskStatus.SUCCEEDED)
    if task.status != TaskStatus.WAITING:
        raise ExecutionRefused("this task does not wait for a person yet")
    before, task.status, task.finished_at = task.status, TaskStatus.SUCCEEDED, timezone.now()
    task.result = {"done_by": by.username, "note": storable(note.strip())}
    task.save(update_fields=["status", "finished_at", "result"])
    write_task_event(task, name="completed", before=before, by=Actor.of(by), note=task.result["note"])
    report_outcome(task.proposal_id, Actor.of(by))
    return task
