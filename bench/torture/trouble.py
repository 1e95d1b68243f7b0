"""Everything that goes wrong while deliveries come in, in a thread of its own, counted."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self

import psycopg

from bench.premises import Program, end_process, environment_of
from bench.torture.apps import SWITCH
from billing.sandbox import ControlClient

FAILING_PERCENT = 30
LATENCY_SECONDS = 0.15
PAUSE_SECONDS = (0.2, 1)
WORK_BETWEEN = 40  # attempts; starting a worker again costs as much as a hundred
LONGEST_WAIT_SECONDS = 120


class Trouble:
    """Handlers fail for the length of the block, the API is slow; and time and again one of the rest happens."""

    def __init__(
        self, controls: ControlClient, web: Program, worker: Program, count_attempts: Callable[[], int]
    ) -> None:
        self.counted: Counter[str] = Counter()
        self._controls = controls
        self._web = web
        self._worker = worker
        self._count_attempts = count_attempts
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trouble")

    def __enter__(self) -> Self:
        SWITCH.write_text(f"{FAILING_PERCENT}")
        self._controls.call("latency", seconds=LATENCY_SECONDS)
        self._thread.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _value: object, _trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        SWITCH.unlink()
        self._controls.call("outage", on=False)
        self._controls.call("latency", seconds=0)

    def _run(self) -> None:
        """Each kind in turn, in an order that is new each time, until it is over."""
        kinds = [
            self._end_api, self._fail_api, self._kill_worker_process, self._kill_worker, self._kill_web_process,
            self._cut_database,
        ]  # fmt: skip
        while not self._over.is_set():
            for kind in random.sample(kinds, len(kinds)):
                if self._over.wait(random.uniform(*PAUSE_SECONDS)):
                    return
                kind()
                self._wait_for_work()

    def _wait_for_work(self) -> None:
        """Until something was tried since, however slow this machine is: trouble is for those at work."""
        until, ends = self._count_attempts() + WORK_BETWEEN, time.monotonic() + LONGEST_WAIT_SECONDS
        while self._count_attempts() < until and time.monotonic() < ends and not self._over.wait(0.2):
            pass

    def _end_api(self) -> None:
        self._controls.call("outage", on=True)
        self._over.wait(3)
        self._controls.call("outage", on=False)
        self.counted["API outages of 3 s"] += 1

    def _fail_api(self) -> None:
        for status in (500, 503, 429, 0):
            self._controls.call("fail", times=3, status=status)
            self.counted["API calls that failed"] += 3

    def _kill_worker_process(self) -> None:
        """One process of the cluster that processes webhooks: a worker, or one that feeds or watches the workers."""
        found = [each for each in self._worker.family() if environment_of(each).get("Q_CLUSTER_NAME") == "default"]
        if found and end_process(random.choice(found)):
            self.counted["kills of a worker process"] += 1

    def _kill_worker(self) -> None:
        """The whole of `run_worker`, and then a new one."""
        self._worker.kill()
        self._worker.start()
        self.counted["kills of run_worker"] += 1

    def _kill_web_process(self) -> None:
        found = [each for each in self._web.family() if not self._web.is_head(each)]
        if found and end_process(random.choice(found)):
            self.counted["kills of a web process"] += 1

    def _cut_database(self) -> None:
        """Every connection but ours is cut."""
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            cut = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND usename = current_user AND application_name <> 'bench'"
            ).fetchone()
        self.counted["database connections cut"] += cut[0] if cut else 0
