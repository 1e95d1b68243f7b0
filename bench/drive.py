"""One step of one contender, in a process of its own: ``python -m bench.drive NAME prepare|enqueue|probe|work``."""

from __future__ import annotations

import os
import random
import sys
import time

import psycopg

from bench.contenders import contender
from bench.job import TABLE, Job

PROBE_PAUSE_SECONDS = (0.01, 0.05)  # a random one, so that no polling loop can fall into step


def main(name: str, step: str, *numbers: str) -> None:
    """``enqueue FIRST COUNT`` queues in bulk, ``probe FIRST COUNT`` one by one on idle workers."""
    chosen = contender(name)
    match step:
        case "prepare":
            with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
                connection.execute(TABLE)
            chosen.prepare()
        case "work":
            chosen.work()
        case "enqueue":
            chosen.enqueue([Job(number, time.time()) for number in _range(*numbers)])
        case "probe":
            for number in _range(*numbers):
                chosen.enqueue([Job(number, time.time())])
                time.sleep(random.uniform(*PROBE_PAUSE_SECONDS))


def _range(first: str, count: str) -> range:
    return range(int(first), int(first) + int(count))


if __name__ == "__main__":
    main(*sys.argv[1:])
