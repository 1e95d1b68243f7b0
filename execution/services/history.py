"""The history of a task."""

from __future__ import annotations

from execution.models import ExecutionTask, TaskEvent
from proposals.actors import Actor


def write_task_event(task: ExecutionTask, *, name: str, by: Actor, before: str = "", note: str = "") -> None:
    """Append to the task's history, in the caller's transaction."""
    TaskEvent.objects.create(
        task=task,
        name=name,
        before=before,
        after=task.status,
        attempt=task.attempts,
        actor_kind=by.kind,
        actor=by.user,
        note=note or (str(by.policy) if by.policy else ""),
    )
