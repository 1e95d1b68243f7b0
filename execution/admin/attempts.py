"""How long each attempt of a task waited and ran, from its history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from execution.models import TaskEvent
from execution.states import TaskStatus


@dataclass(slots=True)
class Attempt:
    """One attempt. Seconds; None for what has not happened or not ended."""

    number: int
    queued_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""

    @property
    def waited(self) -> float | None:
        """From queued, or the end of the attempt before, to its start: pauses are included."""
        return _seconds(self.queued_at, self.started_at)

    @property
    def ran(self) -> float | None:
        """From its start to its end, the wait not counted."""
        return _seconds(self.started_at, self.ended_at)


def attempts_of(events: Iterable[TaskEvent]) -> list[Attempt]:
    """The attempts, first to last, of events in the order in which they happened."""
    found: dict[int, Attempt] = {}
    ready: datetime | None = None
    for event in events:
        if event.after == TaskStatus.RUNNING:
            found[event.attempt] = Attempt(event.attempt, queued_at=ready, started_at=event.created_at)
        elif event.before == TaskStatus.RUNNING and event.attempt in found:
            found[event.attempt].ended_at, found[event.attempt].outcome = event.created_at, event.name
        if event.after == TaskStatus.QUEUED and event.before != TaskStatus.QUEUED:
            ready = event.created_at
    return list(found.values())


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end else None
