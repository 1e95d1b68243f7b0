"""How each attempt of a task went, from its history and its phases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from execution.models import TaskEvent, TaskPhase
from execution.states import TaskStatus

_BEFORE_START = frozenset({TaskStatus.QUEUED, TaskStatus.LEASED})


@dataclass(slots=True)
class Attempt:
    """One attempt; the last one may not have started. Seconds; None for what has not happened or not ended."""

    number: int
    queued_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    worker: str = ""
    said: str = ""
    phases: list[TaskPhase] = field(default_factory=list)

    @property
    def waited(self) -> float | None:
        """From queued, or the end of the attempt before, to its start: pauses are included."""
        return _seconds(self.queued_at, self.started_at)

    @property
    def ran(self) -> float | None:
        """From its start to its end, the wait not counted."""
        return _seconds(self.started_at, self.ended_at)


def attempts_of(events: Iterable[TaskEvent], phases: Iterable[TaskPhase] = ()) -> list[Attempt]:
    """The attempts, first to last, of events and phases in the order in which they happened.

    What waits for its next attempt, or its first, has one more that has not started.
    """
    found: dict[int, Attempt] = {}
    ready: datetime | None = None
    for event in events:
        if event.after == TaskStatus.RUNNING:
            found[event.attempt] = Attempt(event.attempt, ready, event.created_at, worker=event.note)
        elif event.before == TaskStatus.RUNNING and event.attempt in found:
            _end(found[event.attempt], event)
        ready = (ready or event.created_at) if event.after in _BEFORE_START else None
    for phase in phases:
        if phase.attempt in found:
            found[phase.attempt].phases.append(phase)
    waiting = [Attempt(max(found, default=0) + 1, queued_at=ready)] if ready else []
    return [*found.values(), *waiting]


def _end(attempt: Attempt, event: TaskEvent) -> None:
    attempt.ended_at, attempt.outcome, attempt.said = event.created_at, event.name, event.note


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end else None
