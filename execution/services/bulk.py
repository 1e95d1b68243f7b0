"""Interventions in many tasks at once, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction

from execution.models import ExecutionTask
from execution.services.interventions import lock_task
from execution.services.rights import ExecutionRefused
from proposals.models import User

Intervention = Callable[..., ExecutionTask]


@dataclass(frozen=True, slots=True)
class Seen:
    """A task as somebody saw it: each claim has another fence, each move another status."""

    task_id: int
    status: str
    fence: int

    @classmethod
    def of(cls, task: ExecutionTask) -> Seen:
        return cls(task.pk, task.status, task.fence)

    def __str__(self) -> str:
        return f"{self.task_id}.{self.status}.{self.fence}"


def parse_seen(text: str) -> list[Seen]:
    """Read what `written` wrote. Raises ValueError."""
    rows = [row.split(".") for row in text.split(",") if row]
    return [Seen(int(task_id), status, int(fence)) for task_id, status, fence in rows]


def written(rows: Iterable[Seen]) -> str:
    """Many of them as one text."""
    return ",".join(map(str, rows))


@transaction.atomic
def intervene_as_seen(intervention: Intervention, *, seen: Seen, by: User, note: str) -> ExecutionTask:
    """Call ``intervention(task_id=, by=, note=)`` for a task that still stands as it was seen.

    Locks the proposal, then the task. Raises ExecutionRefused for one that changed since, and what the intervention
    raises.
    """
    task = lock_task(seen.task_id)
    if Seen.of(task) != seen:
        raise ExecutionRefused("changed since the page was made")
    return intervention(task_id=seen.task_id, by=by, note=note)
