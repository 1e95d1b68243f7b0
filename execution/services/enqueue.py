"""From a released proposal to its root task, and from a task to the tasks found inside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import connection
from django.utils import timezone

from execution.handlers import ChildTask, handler_for
from execution.models import ExecutionTask, RunRule
from execution.services.history import write_task_event
from execution.states import TaskStatus
from proposals.actors import Actor
from proposals.gate.languages.identity import Language, language_of_path
from proposals.models import Proposal, User

Kind = ExecutionTask.Kind
CHANNEL = "execution_tasks"
"""Workers LISTEN here; a NOTIFY reaches them when the transaction that queued the task commits."""

PRIORITY: Mapping[str, int] = {
    Proposal.Type.IMPLEMENT_IDEA: 10,
    Proposal.Type.IDEA_IMPLEMENTATION: 5,
    Proposal.Type.SELF_IMPROVEMENT: 0,
}
_TITLES = {
    Kind.FILE: "Write the file {}",
    Kind.SQL: "Run {} on the target database",
    Kind.PLAN: "Carry out the plan: {}",
    Kind.IDEA: "Work out the idea: {}",
}


def enqueue_proposal(proposal: Proposal, by: Actor) -> None:
    """Queue the root task of an approved or cleared proposal, in the caller's transaction. Idempotent.

    Where the band's `RunRule` says so, it waits for a person to run it instead.

    The caller holds the proposal's lock; the database allows one root per proposal.
    """
    if proposal.tasks.filter(parent=None).exists():
        return
    kind = kind_of(proposal)
    is_held = RunRule.objects.filter(band=proposal.band, is_held=True).exists()
    task = ExecutionTask.objects.create(
        proposal=proposal,
        type=proposal.type,
        kind=kind,
        description=_TITLES[kind].format(proposal.title),
        ai_model=_author(proposal),
        priority=PRIORITY.get(proposal.type, 0),
        payload=handler_for(kind).prepare(proposal),
        approved_by=by.user,
        queued_at=timezone.now(),
        status=TaskStatus.WAITING if is_held else TaskStatus.QUEUED,
        result={"waits_for": "a person to run it", "is_held": True} if is_held else {},
    )
    write_task_event(task, name="held" if is_held else "queued", by=by)
    if not is_held:
        _notify()


def add_children(task: ExecutionTask, children: Iterable[ChildTask]) -> list[ExecutionTask]:
    """Add what a task found inside itself, in the caller's transaction. Once per task: a second call adds nothing.

    The caller holds the task's lock. Work for a person waits from the start; SQL is queued, each after the one before
    it; what was not approved is kept as cancelled.
    """
    if task.children.exclude(kind=Kind.DRAFT).exists():
        return []
    added: list[ExecutionTask] = []
    before: ExecutionTask | None = None
    for child in children:
        made = _add_child(task, child)
        added.append(made)
        if made.kind == Kind.SQL and made.status == TaskStatus.QUEUED:
            if before:
                made.depends_on.add(before)
            before = made
    if any(child.status == TaskStatus.QUEUED for child in added):
        _notify()
    return added


def kind_of(proposal: Proposal) -> ExecutionTask.Kind:
    """Which handler a proposal is for. An `implement_idea` is an idea whatever else its text holds."""
    if proposal.type == Proposal.Type.IMPLEMENT_IDEA:
        return Kind.IDEA
    if proposal.frame is not None:
        return Kind.SQL if language_of_path(proposal.frame.path) is Language.SQL else Kind.FILE
    return Kind.PLAN if proposal.type == Proposal.Type.SELF_IMPROVEMENT else Kind.IDEA


def _add_child(task: ExecutionTask, child: ChildTask) -> ExecutionTask:
    waits, now = child.kind == Kind.PERSON, timezone.now()
    status = TaskStatus.WAITING if waits else TaskStatus.QUEUED
    first = ExecutionTask.objects.filter(signature=child.signature).order_by("id").first() if child.signature else None
    added = ExecutionTask.objects.create(
        proposal_id=task.proposal_id,
        parent=task,
        type=task.type,
        kind=child.kind,
        description=child.description,
        ai_model=task.ai_model,
        priority=task.priority,
        status=status if child.is_approved else TaskStatus.CANCELLED,
        finished_at=None if child.is_approved else now,
        payload=child.payload,
        approved_by_id=task.approved_by_id if child.is_approved else None,
        signature=child.signature,
        same_as=first,
        queued_at=now,
        result={"waits_for": "a person"} if waits and child.is_approved else {},
    )
    name = ("waiting" if waits else "queued") if child.is_approved else "not_approved"
    write_task_event(added, name=name, by=Actor.system(), note=f"Part of task {task.pk}.")
    return added


def _author(proposal: Proposal) -> str:
    by = proposal.submitted_by
    return by.username if by.kind == User.Kind.MODEL else ""


def _notify() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
