"""Work that was approved and waits for a person to run it."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from execution.models import ExecutionTask, Freeze, RunRule
from execution.services.enqueue import CHANNEL
from execution.services.history import write_task_event
from execution.services.interventions import lock_task
from execution.services.rights import ExecutionRefused, require_right
from execution.states import TaskStatus, ensure_transition
from proposals.actors import Actor
from proposals.models import Decision, User


@transaction.atomic
def run_held_task(*, task_id: int, by: User, note: str = "") -> ExecutionTask:
    """Queue a task that waits for a person to run it. Locks the proposal, then the task.

    Raises ExecutionRefused, also during a freeze, and for who approved it where the band asks for another person;
    InvalidTaskTransition, ExecutionTask.DoesNotExist.
    """
    require_right(by, "execution.run_task", "run tasks")
    task = lock_task(task_id)
    if task.status != TaskStatus.WAITING or not task.is_held:
        raise ExecutionRefused("this task does not wait for a person to run it")
    ensure_not_frozen()
    rule = RunRule.objects.filter(band=task.proposal.band).first()
    if rule and rule.by_another and _approved(task, by):
        raise ExecutionRefused(f"you approved this; in the band {rule.band} another person must run it")
    ensure_transition(task.status, TaskStatus.QUEUED)
    before, task.status, task.result, task.queued_at = task.status, TaskStatus.QUEUED, {}, timezone.now()
    task.save(update_fields=["status", "result", "queued_at"])
    write_task_event(task, name="run_by_hand", before=before, by=Actor.of(by), note=note)
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
    return task


def ensure_not_frozen() -> None:
    """Raise ExecutionRefused, naming the end, while a freeze holds."""
    freeze = Freeze.objects.current().first()
    if freeze:
        raise ExecutionRefused(f"execution is {freeze}")


def _approved(task: ExecutionTask, by: User) -> bool:
    return Decision.objects.filter(proposal=task.proposal_id, kind=Decision.Kind.APPROVE, by=by).exists()
