"""Having a model draft what a task asks for."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from execution.drafting.budgets import is_free
from execution.models import AiModel, ExecutionTask
from execution.services.enqueue import CHANNEL
from execution.services.history import write_task_event
from execution.services.interventions import lock_task
from execution.services.outcome import FOR_PEOPLE
from execution.services.rights import ExecutionRefused, require_right
from execution.states import ENDED, TaskStatus, ensure_transition
from proposals.actors import Actor
from proposals.models import User

Kind = ExecutionTask.Kind


@transaction.atomic
def request_draft(*, task_id: int, by: User, note: str = "") -> ExecutionTask:
    """Queue a task in which a model drafts what an idea, or an action for a person, asks for; return that task.

    Locks the proposal, then the task. One draft at a time; another one after that is another task.
    Raises ExecutionRefused, ExecutionTask.DoesNotExist.
    """
    require_right(by, "execution.run_task", "have models draft")
    source = lock_task(task_id)
    if source.kind not in FOR_PEOPLE or source.status != TaskStatus.WAITING:
        raise ExecutionRefused("only an idea, or a task for a person, that still waits can be drafted")
    if source.children.filter(kind=Kind.DRAFT).exclude(status__in=sorted(ENDED)).exists():
        raise ExecutionRefused("a model drafts this already; wait for what it makes of it, or cancel that task")
    task = ExecutionTask.objects.create(
        proposal_id=source.proposal_id,
        parent=source,
        type=source.type,
        kind=Kind.DRAFT,
        description=f"Draft: {source.description}",
        priority=source.priority,
        approved_by=by,
        queued_at=timezone.now(),
    )
    write_task_event(task, name="queued", by=Actor.of(by), note=note)
    write_task_event(source, name="draft_requested", before=source.status, by=Actor.of(by), note=note)
    _notify()
    return task


@transaction.atomic
def wake_drafts() -> int:
    """Queue the drafts that waited for a model, as many as models could take now; return how many. On a schedule.

    Locks the tasks, whose proposals it leaves alone.
    """
    woken = 0
    for source_kind in FOR_PEOPLE:
        free = sum(model.max_running for model in AiModel.objects.usable_for(source_kind) if is_free(model))
        waiting = ExecutionTask.objects.filter(kind=Kind.DRAFT, status=TaskStatus.WAITING, parent__kind=source_kind)
        for task in waiting.select_for_update(of=("self",), skip_locked=True).order_by("id")[:free]:
            _wake(task)
            woken += 1
    if woken:
        _notify()
    return woken


def _wake(task: ExecutionTask) -> None:
    ensure_transition(task.status, TaskStatus.QUEUED)
    before, task.status = task.status, TaskStatus.QUEUED
    task.save(update_fields=["status"])
    write_task_event(task, name="woken", before=before, by=Actor.system(), note="A model may be asked again.")


def _notify() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
