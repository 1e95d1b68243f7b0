"""The sandbox's clock: real time, moved forward by tests."""

from __future__ import annotations

import time


class Clock:
    """Seconds since 1970, `offset` ahead of real time."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset

    def now(self) -> int:
        """Whole seconds, as Stripe's `created`."""
        return int(time.time()) + self.offset

    def advance(self, seconds: int) -> int:
        """Move forward and return the new time. Raises ValueError for a negative number: time does not run back."""
        if seconds < 0:
            raise ValueError("the clock only moves forward: give seconds of 0 or more")
        self.offset += seconds
        return self.now()
