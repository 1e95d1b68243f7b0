"""How an attempt is drawn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from execution.admin.bars import WIDTH, bar_of, in_time
from execution.models import TaskEvent, TaskPhase
from execution.timeline import Attempt, attempts_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def _phase(name: str, begun: float, milliseconds: int | None) -> TaskPhase:
    ended = None if milliseconds is None else _at(begun + milliseconds / 1000)
    return TaskPhase(attempt=1, name=name, started_at=_at(begun), ended_at=ended, milliseconds=milliseconds)


def _event(name: str, before: str, after: str, seconds: float, attempt: int = 1) -> TaskEvent:
    return TaskEvent(name=name, before=before, after=after, attempt=attempt, created_at=_at(seconds))


def test_bar_of_an_attempt_that_ended_fills_the_width_and_names_what_no_phase_accounts_for() -> None:
    phases = [_phase("apply", 1, 300), _phase("commit", 1.3, 100)]

    bar = bar_of(Attempt(1, _at(0), _at(1), _at(1.5), "succeeded", phases=phases), _at(9))

    assert [(each.name, each.took) for each in bar.segments] == [
        ("wait", "1.00 s"),
        ("apply", "300 ms"),
        ("commit", "100 ms"),
        ("rest", "100 ms"),
    ]
    assert bar.is_shortened
    assert bar.segments[0].width == WIDTH // 4
    assert sum(each.width for each in bar.segments) == WIDTH
    assert [each.x for each in bar.segments[1:]] == [250, 700, 850]


@pytest.mark.parametrize(
    ("ended", "state", "took"), [(None, "running", "4.00 s so far"), (3, "cut_off", "did not end")]
)
def test_bar_of_a_phase_without_an_end(ended: float | None, state: str, took: str) -> None:
    attempt = Attempt(1, _at(0), _at(0.1), None if ended is None else _at(ended), phases=[_phase("apply", 1, None)])

    applied = bar_of(attempt, _at(5)).segments[1]

    assert (applied.name, applied.state, applied.took) == ("apply", state, took)


def test_bar_of_an_attempt_without_phases_is_wait_and_run() -> None:
    bar = bar_of(Attempt(1, _at(0), _at(1), _at(1)), _at(9))

    assert [(each.name, each.milliseconds) for each in bar.segments] == [("wait", 1000), ("run", 0)]
    assert all(each.width > 0 for each in bar.segments)


def test_attempts_of_a_task_that_pauses_end_with_the_one_that_waits() -> None:
    events = [
        _event("queued", "", "queued", 0, 0),
        _event("claimed", "queued", "leased", 1),
        _event("started", "leased", "running", 2),
        _event("requeued", "running", "queued", 5),
    ]

    first, second = attempts_of(events, [_phase("apply", 3, None)])

    assert (first.waited, first.ran, [each.name for each in first.phases]) == (2, 3, ["apply"])
    assert (second.number, second.queued_at, second.started_at) == (2, _at(5), None)


def test_attempts_of_a_task_that_was_cancelled_wait_for_nothing() -> None:
    events = [_event("queued", "", "queued", 0, 0), _event("cancelled", "queued", "cancelled", 1, 0)]

    assert attempts_of(events) == []


@pytest.mark.parametrize(
    ("milliseconds", "said"), [(7, "7 ms"), (1240, "1.24 s"), (200_000, "3 min 20 s"), (7_500_000, "2 h 5 min")]
)
def test_in_time_reads_as_people_say_it(milliseconds: int, said: str) -> None:
    assert in_time(milliseconds) == said
