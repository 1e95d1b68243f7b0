"""The states of an execution task, as data."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import TextChoices


class TaskStatus(TextChoices):
    """Where a task stands. Leased is queued for people: a worker has it but has not started it yet."""

    QUEUED = "queued", "Queued"
    LEASED = "leased", "Leased"
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    ROLLED_BACK = "rolled_back", "Rolled back"


TRANSITIONS: Mapping[TaskStatus, frozenset[TaskStatus]] = {
    TaskStatus.QUEUED: frozenset({TaskStatus.LEASED, TaskStatus.CANCELLED}),
    # back to queued when the lease runs out, failed when it ran out too often
    TaskStatus.LEASED: frozenset({TaskStatus.RUNNING, TaskStatus.QUEUED, TaskStatus.FAILED, TaskStatus.CANCELLED}),
    TaskStatus.RUNNING: frozenset(
        {TaskStatus.SUCCEEDED, TaskStatus.FAILED, TaskStatus.WAITING, TaskStatus.QUEUED, TaskStatus.CANCELLED}
    ),
    TaskStatus.WAITING: frozenset({TaskStatus.QUEUED, TaskStatus.SUCCEEDED, TaskStatus.CANCELLED}),
    TaskStatus.SUCCEEDED: frozenset({TaskStatus.ROLLED_BACK}),
    TaskStatus.FAILED: frozenset({TaskStatus.QUEUED, TaskStatus.CANCELLED}),
    TaskStatus.CANCELLED: frozenset(),
    TaskStatus.ROLLED_BACK: frozenset(),
}

IN_FLIGHT = frozenset({TaskStatus.LEASED, TaskStatus.RUNNING})
ENDED = frozenset({TaskStatus.SUCCEEDED, TaskStatus.FAILED, TaskStatus.CANCELLED, TaskStatus.ROLLED_BACK})


class InvalidTaskTransition(Exception):
    """The task is not in a state from which this can happen."""

    def __init__(self, before: str, after: str) -> None:
        self.before, self.after = before, after
        super().__init__(
            f"a task that is {TaskStatus(before).label.lower()} cannot become {TaskStatus(after).label.lower()}"
        )


def ensure_transition(before: str, after: str) -> None:
    """Raise `InvalidTaskTransition` unless `TRANSITIONS` allows the move."""
    if TaskStatus(after) not in TRANSITIONS[TaskStatus(before)]:
        raise InvalidTaskTransition(before, after)
