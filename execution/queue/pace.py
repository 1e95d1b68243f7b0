"""How many tasks to lease ahead of the workers: as many as they end in a tenth of a second."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

AHEAD_SECONDS = 0.1
_WEIGHT = 0.3
_SHORTEST = 1e-3


class Pace:
    """The tasks that a cluster ends per second, smoothed over the last few looks.

    Short tasks are leased ahead, so that workers need not wait for the next claim. Long ones are not: another cluster
    may have a free worker for them, and what is leased late is leased in the right order.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._looked_at = clock()
        self._per_second = 0.0

    def look(self, ended: int) -> None:
        """Say how many ended since the last look."""
        now = self._clock()
        rate = ended / max(now - self._looked_at, _SHORTEST)
        self._looked_at = now
        self._per_second += _WEIGHT * (rate - self._per_second)

    @property
    def ahead(self) -> int:
        """How many to lease beyond those that run."""
        return min(self._most, math.floor(self._per_second * AHEAD_SECONDS))

    def seconds_for(self, tasks: int) -> float:
        """How long so many take to end."""
        return tasks / max(self._per_second, _SHORTEST)
