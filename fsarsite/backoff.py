"""How long to pause before something is tried again."""

from __future__ import annotations

import random


def backoff_seconds(attempts: int, *, first: float, longest: float) -> float:
    """Doubles with each attempt, the first of which is 1, up to ``longest``; give or take half, to spread the load."""
    return min(first * 2.0 ** (attempts - 1), longest) * random.uniform(0.5, 1.5)  # noqa: S311 - guards nothing
