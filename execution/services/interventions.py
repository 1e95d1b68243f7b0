"""What a person may do to a task that is not running."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from execution.models import ExecutionTask
from execution.services.enqueue import CHANNEL
from execution.services.history import write_task_event
from execution.services.outcome import report_outcome
from execution.services.rights import ExecutionRefused, require_right
from execution.states import TaskStatus, ensure_transition
from proposals.actors import Actor
from proposals.gate import Band, Outcome
from proposals.models import Proposal, User
from proposals.services.reassessment import assess_standing

MORE_ATTEMPTS = 3
_BANDS = (Band.CLEAR, Band.MITIGATE, Band.BLOCK)


@transaction.atomic
def cancel_task(*, task_id: int, by: User, note: str = "") -> ExecutionTask:
    """Take a task that does not run out of the queue for good, and the queued ones that go after it.

    Locks the proposal, then the task. A running task is refused: it may have changed something already, and only its
    end keeps the way back.
    Raises ExecutionRefused, InvalidTaskTransition, ExecutionTask.DoesNotExist.
    """
    require_right(by, "execution.run_task", "cancel tasks")
    task = lock_task(task_id)
    if task.status == TaskStatus.RUNNING:
        raise ExecutionRefused("this task is running; wait until it has ended, then roll it back")
    _move(task, TaskStatus.CANCELLED, name="cancelled", by=by, note=note)
    _cancel_dependents(task, by)
    report_outcome(task.proposal_id, Actor.of(by))
    return task


@transaction.atomic
def retry_task(*, task_id: int, by: User, note: str = "") -> ExecutionTask:
    """Queue a failed task again, with three more attempts, if the gate still lets it.

    Locks the proposal, then the task. Raises ExecutionRefused, InvalidTaskTransition, ExecutionTask.DoesNotExist.
    """
    require_right(by, "execution.run_task", "retry tasks")
    task = lock_task(task_id)
    if task.status != TaskStatus.FAILED:
        raise ExecutionRefused(f"only a failed task can be retried; this one is {task.get_status_display().lower()}")
    ensure_still_cleared(task.proposal)
    task.max_attempts = task.attempts + MORE_ATTEMPTS
    _move(task, TaskStatus.QUEUED, name="retried", by=by, note=note)
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
    return task


def _cancel_dependents(task: ExecutionTask, by: User) -> None:
    """What goes after a task that never happens would wait for good. All belong to the proposal that is locked."""
    queued = task.dependents.filter(status=TaskStatus.QUEUED, proposal=task.proposal_id)
    for dependent in queued.select_for_update(of=("self",)).order_by("id"):
        _move(dependent, TaskStatus.CANCELLED, name="cancelled", by=by, note=f"Task {task.pk} was cancelled.")
        _cancel_dependents(dependent, by)


def ensure_still_cleared(proposal: Proposal) -> None:
    """Raise ExecutionRefused when the gate, under the policy in force, judges it worse than when it was let go."""
    judged = proposal.assessment
    if judged is None:
        return
    now = assess_standing(proposal, measured=judged.measured)
    is_returned = now.outcome == Outcome.RETURNED and judged.outcome != Outcome.RETURNED
    if is_returned or _BANDS.index(now.band) > _BANDS.index(judged.band):
        said = f"{judged.band} then, {'returned' if is_returned else now.band} now"
        raise ExecutionRefused(f"the gate judges it worse than when it was approved ({said}); propose it again")


def lock_task(task_id: int) -> ExecutionTask:
    """The task, locked until the transaction ends, and its proposal before it. Raises ExecutionTask.DoesNotExist."""
    Proposal.objects.select_for_update(of=("self",)).filter(tasks=task_id).only("pk").first()
    return ExecutionTask.objects.select_for_update().get(pk=task_id)


def _move(task: ExecutionTask, after: TaskStatus, *, name: str, by: User, note: str) -> None:
    ensure_transition(task.status, after)
    before, task.status = task.status, after
    task.lease_until, task.leased_by, task.not_before = None, "", None
    task.finished_at = timezone.now() if after == TaskStatus.CANCELLED else None
    task.error = task.error if after == TaskStatus.CANCELLED else ""
    task.save(
        update_fields=["status", "lease_until", "leased_by", "not_before", "finished_at", "error", "max_attempts"]
    )
    write_task_event(task, name=name, before=before, by=Actor.of(by), note=note)
