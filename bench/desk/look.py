"""Asking for a page a few times: how long it takes, how many queries, and whether one counts a whole big table."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

TIMES, SLOW_SECONDS = 5, 3.0  # a page that takes longer is asked once
_COUNT = re.compile(r'^SELECT COUNT\(\*\) AS "__count" FROM "(\w+)"(?P<rest>.*)$', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Seen:
    """One page: the median in ms of a few requests after a warm one."""

    status: int
    milliseconds: float
    queries: int
    slowest: float
    counts: tuple[str, ...]


def look_at(client: Client, url: str, big: frozenset[str]) -> Seen:
    """Ask for it. ``big``: tables that no page may count whole."""
    seen, first = _ask(client, url)
    taken = [first]
    if first < SLOW_SECONDS * 1000:
        seen, _ = _ask(client, url)  # warm
        taken = [_ask(client, url)[1] for _ in range(TIMES)]
    answer, queries = seen
    slowest = max((float(each["time"]) * 1000 for each in queries), default=0.0)
    return Seen(answer.status_code, median(taken), len(queries), slowest, tuple(_counts(queries, big)))


def _ask(client: Client, url: str) -> tuple[tuple[Any, list[dict[str, str]]], float]:
    """The answer, its queries, and the milliseconds."""
    with CaptureQueriesContext(connection) as captured:
        began = time.perf_counter()
        answer = client.get(url)
        taken = (time.perf_counter() - began) * 1000
    return (answer, list(captured)), taken


def _counts(queries: list[dict[str, str]], big: frozenset[str]) -> list[str]:
    found = [_COUNT.match(each["sql"]) for each in queries]
    return sorted({each[1] for each in found if each and each[1] in big and "WHERE" not in each["rest"]})
