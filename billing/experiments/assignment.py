"""Which variant a visitor sees: the same each time, at random between visitors. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

_BITS = 64


def share_of(salt: str, visitor: str) -> float:
    """A number from 0 up to 1 that is a visitor's own within an experiment, and spread evenly over visitors."""
    digest = hashlib.sha256(f"{salt}:{visitor}".encode()).digest()
    return int.from_bytes(digest[: _BITS // 8]) / float(1 << _BITS)


def assign(salt: str, visitor: str, weights: Mapping[str, int]) -> tuple[str, float]:
    """The key of the variant and how likely it was to be it. Weights are 0 or more, one at least above 0.

    While the weights stay, so does the answer; when they change, some visitors move on to another variant.
    """
    whole, at = sum(weights.values()), share_of(salt, visitor)
    reached = 0
    chosen = ""
    for key in sorted(weights):
        if not weights[key]:
            continue
        chosen, reached = key, reached + weights[key]
        if at * whole < reached:
            break
    return chosen, weights[chosen] / whole
