from __future__ import annotations

import itertools

import pytest

from execution.queue.pace import Pace


def ahead_after(*looks: tuple[int, int, float], most: int = 16) -> int:
    """What it says after ``(looks, tasks ended at each, seconds between two)``, one after the other."""
    pauses = [seconds for times, _, seconds in looks for _ in range(times)]
    clock = itertools.accumulate([0.0, *pauses])
    pace = Pace(most, clock=lambda: next(clock))
    for times, ended, _ in looks:
        for _ in range(times):
            pace.look(ended)
    return pace.ahead


@pytest.mark.parametrize(
    ("looks", "ahead"),
    [
        pytest.param([], 0, id="nothing-seen"),
        pytest.param([(20, 1, 1.0)], 0, id="long-tasks"),
        pytest.param([(40, 1, 0.0125)], 7, id="a-tenth-of-a-second-of-short-tasks"),
        pytest.param([(40, 100, 0.01)], 16, id="never-more-than-the-most"),
        pytest.param([(40, 1, 0.0125), (20, 1, 1.0)], 0, id="tasks-became-long"),
        pytest.param([(5, 0, 0.0)], 0, id="two-looks-at-once"),
    ],
)
def test_ahead_follows_the_pace(looks: list[tuple[int, int, float]], ahead: int) -> None:
    assert ahead_after(*looks) == ahead


def test_seconds_for_is_what_so_many_take_at_the_pace() -> None:
    clock = itertools.accumulate([0.0, *[0.1] * 60])
    pace = Pace(16, clock=lambda: next(clock))
    for _ in range(60):
        pace.look(10)
    assert pace.seconds_for(50) == pytest.approx(0.5, rel=0.01)
