"""The figures of the tasks that ended within some days, by type, kind or model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString

from django.db import connection
from django.utils import timezone

from execution.states import TaskStatus
from fsarsite.wilson import wilson_interval

ENOUGH = 20
"""The ended tasks from which shares are compared; fewer say too little."""
GROUPINGS: Mapping[str, LiteralString] = {"type": "type", "kind": "kind", "model": "ai_model"}
RAN = (TaskStatus.SUCCEEDED, TaskStatus.FAILED, TaskStatus.ROLLED_BACK)
_MOST = 200
_QUERY = """
SELECT {column}, count(*),
       count(*) FILTER (WHERE status = 'succeeded'), count(*) FILTER (WHERE status = 'failed'),
       count(*) FILTER (WHERE status = 'rolled_back'),
       percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM started_at - queued_at)),
       percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at))
FROM execution_tasks
WHERE finished_at >= %s AND finished_at < %s AND status IN ('succeeded', 'failed', 'rolled_back')
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included, as the current time zone counts them."""

    since: date
    until: date

    @property
    def start(self) -> datetime:
        """The first moment."""
        return _midnight(self.since)

    @property
    def end(self) -> datetime:
        """The first moment after."""
        return _midnight(self.until + timedelta(days=1))

    @property
    def days(self) -> int:
        """How many."""
        return (self.until - self.since).days + 1


@dataclass(frozen=True, slots=True)
class TaskKpi:
    """One group. ``wait`` and ``run``: the 50th, 95th and 99th percentile in seconds, empty where nothing started.

    A task waits from when it was queued to the start of its last attempt. One that was rolled back did not end well.
    """

    key: str
    ended: int
    succeeded: int
    failed: int
    rolled_back: int
    wait: tuple[float, ...]
    run: tuple[float, ...]
    per_day: float

    @property
    def share(self) -> float:
        """Of those that ended, how many succeeded and stand, 0..1."""
        return self.succeeded / self.ended

    @property
    def interval(self) -> tuple[float, float]:
        """What the true share may be: the Wilson interval of 95 %."""
        return wilson_interval(self.succeeded, self.ended)

    @property
    def is_enough(self) -> bool:
        """Whether there are enough to compare it with others."""
        return self.ended >= ENOUGH


def task_kpis(by: str, span: Span) -> list[TaskKpi]:
    """The largest groups, at most 200: first those with enough tasks, best first, then the others by their names.

    ``by`` is a key of `GROUPINGS`. One query, which reads the tasks that ended in these days.
    """
    with connection.cursor() as cursor:
        cursor.execute(_QUERY.format(column=GROUPINGS[by]), [span.start, span.end, _MOST])
        found = [_kpi(row, span.days) for row in cursor.fetchall()]
    return sorted(found, key=lambda each: (not each.is_enough, -each.share if each.is_enough else 0, each.key))


def _kpi(row: tuple[Any, ...], days: int) -> TaskKpi:
    key, ended, succeeded, failed, rolled_back, wait, run = row
    return TaskKpi(key, ended, succeeded, failed, rolled_back, _seconds(wait), _seconds(run), ended / days)


def _seconds(percentiles: list[Any] | None) -> tuple[float, ...]:
    return tuple(float(value) for value in percentiles or () if value is not None)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
