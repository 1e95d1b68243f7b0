"""An attempt as a bar: how long it waited, what it spent its time on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from execution.models import TaskPhase
from execution.timeline import Attempt

WIDTH = 1000
"""Of the drawing, in its own units; the page stretches it."""
_WIDEST_WAIT = 0.25
_NARROWEST = 0.006
_REST_SHOWN_MS = 1


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the bar. ``state``: ended, running, or cut_off where its worker died or lost the lease."""

    name: str
    label: str
    milliseconds: int
    state: str = "ended"
    x: int = 0
    width: int = 0

    @property
    def took(self) -> str:
        return {"running": f"{in_time(self.milliseconds)} so far", "cut_off": "did not end"}.get(
            self.state, in_time(self.milliseconds)
        )


@dataclass(frozen=True, slots=True)
class Bar:
    """An attempt and its segments, laid out over `WIDTH`. ``is_shortened``: the wait is drawn shorter than it was."""

    attempt: Attempt
    segments: tuple[Segment, ...]
    is_shortened: bool


def bar_of(attempt: Attempt, now: datetime) -> Bar:
    """The wait first, at most a quarter of the width, then the phases, then what is left of the run."""
    wait = _milliseconds((attempt.started_at or now) - attempt.queued_at) if attempt.queued_at else 0
    run = [_of_phase(phase, attempt, now) for phase in attempt.phases]
    if attempt.started_at:
        lasted = _milliseconds((attempt.ended_at or now) - attempt.started_at)
        run += _rest(lasted, run, is_running=attempt.ended_at is None)
    total = max(1, sum(segment.milliseconds for segment in run))
    share = wait / (wait + total) if run else 1.0
    shown = min(share, _WIDEST_WAIT) if run else 1.0
    shares = [(segment, (1 - shown) * segment.milliseconds / total) for segment in run]
    waiting = Segment("wait", "Wait", wait, "ended" if attempt.started_at else "running")
    return Bar(attempt, _laid_out([(waiting, shown), *shares]), is_shortened=share > shown)


def in_time(milliseconds: int) -> str:
    """A duration for people."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.2f} s"
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


def _of_phase(phase: TaskPhase, attempt: Attempt, now: datetime) -> Segment:
    label = phase.get_name_display()
    if phase.milliseconds is not None:
        return Segment(phase.name, label, phase.milliseconds)
    until = attempt.ended_at or now
    state = "cut_off" if attempt.ended_at else "running"
    return Segment(phase.name, label, _milliseconds(until - phase.started_at), state)


def _rest(lasted: int, run: list[Segment], *, is_running: bool) -> list[Segment]:
    """What no phase accounts for; the whole run of a task without phases."""
    left = max(0, lasted - sum(segment.milliseconds for segment in run))
    if not run:
        return [Segment("run", "Run", left, "running" if is_running else "ended")]
    return [Segment("rest", "Other", left)] if left > _REST_SHOWN_MS and not is_running else []


def _laid_out(shares: Iterable[tuple[Segment, float]]) -> tuple[Segment, ...]:
    """Each as wide as its share, none too narrow to be seen."""
    wide = [(segment, max(share, _NARROWEST)) for segment, share in shares]
    scale = WIDTH / sum(share for _, share in wide)
    placed, at = [], 0.0
    for segment, share in wide:
        until = at + share * scale
        placed.append(replace(segment, x=round(at), width=round(until) - round(at)))
        at = until
    return tuple(placed)


def _milliseconds(duration: timedelta) -> int:
    return max(0, round(duration.total_seconds() * 1000))
