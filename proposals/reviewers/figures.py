"""The arithmetic of the reviewers' figures. Pure; who may see whose is not decided here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fsarsite.wilson import wilson_interval

ENOUGH = 20
"""The number from which a share is told; fewer say too little about a person."""
PERIODS: Mapping[str, tuple[str, int | None]] = {
    "7": ("Last 7 days", 7),
    "30": ("Last 30 days", 30),
    "90": ("Last 90 days", 90),
    "all": ("All", None),
}
USUAL_PERIOD = "30"
OUTCOMES = ("executed", "failed", "rolled_back")
"""Statuses of a proposal whose execution came to an end."""


def start_of(period: str, now: datetime) -> datetime | None:
    """The first moment of a key of `PERIODS`: a midnight of ``now``'s zone, today included; None for all."""
    days = PERIODS[period][1]
    if days is None:
        return None
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)


@dataclass(frozen=True, slots=True)
class Rate:
    """``some`` of ``n``, 0..n."""

    some: int
    n: int

    @property
    def is_enough(self) -> bool:
        """Whether a share may be told."""
        return self.n >= ENOUGH

    @property
    def share(self) -> float:
        """0..1. Raises ZeroDivisionError of none."""
        return self.some / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """What the true share may be, 95 % sure. Raises ValueError of none."""
        return wilson_interval(self.some, self.n)


@dataclass(frozen=True, slots=True)
class Counted:
    """A person's decisions of one kind in one band: how many were timed, or known to be quick, and how many of their
    proposals are executed, failed or rolled back now.
    """

    person: int
    name: str
    band: str
    kind: str
    n: int
    timed: int
    reflexes: int
    executed: int
    failed: int
    rolled_back: int


@dataclass(frozen=True, slots=True)
class Estimates:
    """A person's proposals with an estimate of theirs, and those where it was far from the engine's."""

    person: int
    name: str
    n: int
    far: int


@dataclass(slots=True)
class Reviewer:
    """One person. ``pace``: the median seconds for 1,000 characters, None where no decision was timed.

    ``approved`` and ``decided``: by band. ``reflexes`` and ``outcomes``: of approvals alone.
    """

    person: int
    name: str
    kinds: Counter[str] = field(default_factory=Counter)
    approved: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    timed: int = 0
    timed_approvals: int = 0
    reflexes: int = 0
    pace: float | None = None
    estimates: Rate = Rate(0, 0)
    """Those that were near the engine's."""

    def rate(self, band: str) -> Rate:
        """Of their decisions in a band, the approvals."""
        return Rate(self.approved[band], self.decided[band])

    def add(self, row: Counted) -> None:
        """Count these decisions too."""
        self.kinds[row.kind] += row.n
        self.decided[row.band] += row.n
        self.timed += row.timed
        if row.kind == "approve":
            self.approved[row.band] += row.n
            self.timed_approvals += row.timed
            self.reflexes += row.reflexes
            self.outcomes.update(executed=row.executed, failed=row.failed, rolled_back=row.rolled_back)


def reviewers_of(
    decisions: Iterable[Counted], estimates: Iterable[Estimates], paces: Mapping[int, float | None]
) -> list[Reviewer]:
    """Everybody who is counted, by name: this is no order of merit."""
    found: dict[int, Reviewer] = {}
    for row in decisions:
        found.setdefault(row.person, Reviewer(row.person, row.name)).add(row)
    for each in estimates:
        reviewer = found.setdefault(each.person, Reviewer(each.person, each.name))
        reviewer.estimates = Rate(each.n - each.far, each.n)
    for person, reviewer in found.items():
        reviewer.pace = paces.get(person)
    return sorted(found.values(), key=lambda each: each.name.lower())
