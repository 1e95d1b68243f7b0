"""Deliveries at a steady pace, whatever the answers, and how long each waits for its own."""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bench.posting import post_signed

SENDERS = 64
COPIES = 3
APART_SECONDS = 40  # between the times that copies claim, or the same second would make them the same delivery


@dataclass(frozen=True, slots=True)
class Answers:
    """Statuses, 0 for none; waits in seconds, sorted; deliveries a second that were really sent."""

    statuses: Mapping[int, int]
    waits: Sequence[float]
    per_second: float

    def wait_at(self, share: float) -> float:
        """The wait that this share of the deliveries did not exceed, in seconds."""
        return self.waits[min(len(self.waits) - 1, math.ceil(share * len(self.waits)) - 1)]


def deliver_at_pace(url: str, events: Sequence[Mapping[str, Any]], per_second: float) -> Answers:
    """Post each event three times, all shuffled, one every 1/`per_second` seconds, late or not."""
    posts = [(event, copy) for event in events for copy in range(COPIES)]
    random.shuffle(posts)
    began = time.monotonic()

    def send(number: int) -> tuple[int, float]:
        event, copy = posts[number]
        time.sleep(max(0.0, began + number / per_second - time.monotonic()))
        return post_signed(url, event, at=int(time.time()) - APART_SECONDS * copy)

    with ThreadPoolExecutor(SENDERS) as pool:
        told = list(pool.map(send, range(len(posts))))
    lasted = time.monotonic() - began
    return Answers(Counter(status for status, _ in told), sorted(wait for _, wait in told), len(posts) / lasted)
