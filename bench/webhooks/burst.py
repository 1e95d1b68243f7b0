"""A burst of deliveries, posted again until each is taken, as Stripe would; and when all were processed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bench.posting import post_signed

CONNECTIONS = 16
LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 300.0
Event = Mapping[str, Any]


class BurstFailed(Exception):
    """Not every event was taken and processed in time."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Events a second until the last was acknowledged, and until the last was processed. `refused`: answers but 200."""

    acknowledged: float
    processed: float
    refused: float
    longest_wait: float


def run_burst(url: str, events: Sequence[Event], count_processed: Callable[[], int]) -> Burst:
    """Deliver all at once over a few connections. `count_processed` says how many of them are done."""
    began = time.monotonic()
    left, refused, waits = list(events), 0, [0.0]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        while left:
            told = list(pool.map(lambda event: post_signed(url, event, at=int(time.time())), left))
            waits += [wait for _, wait in told]
            left = [event for event, (status, _) in zip(left, told, strict=True) if status != 200]
            refused += len(left)
            _check(began, f"{len(left)} events were not taken")
    acknowledged_after = time.monotonic() - began
    while count_processed() < len(events):
        _check(began, f"{count_processed()} of {len(events)} events processed")
        time.sleep(LOOK_SECONDS)
    processed_after = time.monotonic() - began
    return Burst(len(events) / acknowledged_after, len(events) / processed_after, refused, max(waits))


def _check(began: float, what: str) -> None:
    if time.monotonic() - began > PATIENCE_SECONDS:
        raise BurstFailed(f"{what} after {PATIENCE_SECONDS:g} s")
