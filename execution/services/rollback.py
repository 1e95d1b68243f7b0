"""Undoing what a task did."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from execution.failures import PermanentFailure, RollbackRefused, TransientFailure
from execution.handlers import handler_for
from execution.models import ExecutionTask, Rollback, RollbackArtifact
from execution.services.history import write_task_event
from execution.services.interventions import lock_task
from execution.services.outcome import report_outcome
from execution.services.reasons import reason_of
from execution.services.rights import require_reason, require_right
from execution.states import TaskStatus, ensure_transition
from proposals.actors import Actor
from proposals.models import User
from proposals.services.storable import storable


@transaction.atomic
def roll_back_task(*, task_id: int, by: User, reason: str) -> Rollback:
    """Undo a task that succeeded, and record who had it undone and why. Locks the proposal, then the task.

    What the handler refuses, or cannot reach now, is recorded too, as a refusal with its detail; nothing was changed
    then and it may be tried again. Of two at once, the second finds the task rolled back. The effect is undone before
    our commit and is idempotent, so that a commit that is lost is made good by asking again.
    Raises ExecutionRefused, InvalidTaskTransition, ExecutionTask.DoesNotExist.
    """
    require_right(by, "execution.rollback_task", "roll back tasks")
    reason = storable(require_reason(reason))
    task = lock_task(task_id)
    ensure_transition(task.status, TaskStatus.ROLLED_BACK)
    try:
        result = _undo(task)
    except (RollbackRefused, PermanentFailure, TransientFailure) as error:
        return _refused(task, by, reason, error)
    return _done(task, by, reason, result)


def _undo(task: ExecutionTask) -> dict[str, Any]:
    artifact = RollbackArtifact.objects.filter(task=task).first()
    if artifact is None:
        raise RollbackRefused("this task changed nothing itself; roll back the tasks it was taken apart into")
    if artifact.let_go_at:
        raise RollbackRefused(f"its way back was let go on {artifact.let_go_at:%Y-%m-%d}: this change stands for good")
    return handler_for(task.kind).roll_back(task, artifact.data)


def _refused(task: ExecutionTask, by: User, reason: str, error: Exception) -> Rollback:
    detail = reason_of(error)
    rows = [storable(row) for row in error.rows] if isinstance(error, RollbackRefused) else []
    result = {"would_overwrite": rows} if rows else {}
    write_task_event(task, name="rollback_refused", before=task.status, by=Actor.of(by), note=detail)
    return Rollback.objects.create(
        task=task, by=by, reason=reason, outcome=Rollback.Outcome.REFUSED, detail=detail, result=result
    )


def _done(task: ExecutionTask, by: User, reason: str, result: dict[str, Any]) -> Rollback:
    before, task.status = task.status, TaskStatus.ROLLED_BACK
    task.save(update_fields=["status"])
    write_task_event(task, name="rolled_back", before=before, by=Actor.of(by), note=reason)
    rollback = Rollback.objects.create(task=task, by=by, reason=reason, outcome=Rollback.Outcome.DONE, result=result)
    report_outcome(task.proposal_id, Actor.of(by))
    return rollback
