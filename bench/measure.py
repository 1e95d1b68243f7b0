"""Running one round of one contender, and what it shows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

import psycopg

from bench.contenders.contender import Contender

ROOT = Path(__file__).resolve().parent.parent
PROBES = 60
PATIENCE_SECONDS = 180.0
STOP_SECONDS = 20.0
SETTLE_SECONDS = 1.0
LOOK_SECONDS = 0.05
Connection = psycopg.Connection[tuple[Any, ...]]


class RoundFailed(Exception):
    """A contender did not do its jobs in time, or did some twice."""


@dataclass(frozen=True, slots=True)
class Round:
    """``jobs_per_second`` from the first start of a full queue to its last end; latencies on idle workers, in ms."""

    jobs_per_second: float
    latency_p50: float
    latency_p95: float


class Arena:
    """One contender with its database, its folder and its log."""

    def __init__(self, contender: Contender, url: str, folder: Path) -> None:
        self._contender = contender
        self._url = url
        self._folder = folder
        self._log = (folder / "log.txt").open("ab")
        self._environment = os.environ | {"DATABASE_URL": url} | contender.environment(folder)
        self._next_job = 1

    def prepare(self) -> None:
        """Make its tables."""
        self._drive("prepare")

    def run_round(self, jobs: int) -> Round:
        """Fill the queue, start the workers, wait until all is done; then probe the idle workers one job at a time."""
        with psycopg.connect(self._url, autocommit=True) as connection, ExitStack() as running:
            for service in self._contender.services(self._folder):
                running.enter_context(self._process(service))
            connection.execute("TRUNCATE bench_effects")
            self._drive("enqueue", self._take(jobs), jobs)
            for worker in self._contender.workers():
                running.enter_context(self._process(worker))
            rate = jobs / (self._wait_for(connection, jobs) - self._first_start(connection))
            time.sleep(SETTLE_SECONDS)
            connection.execute("TRUNCATE bench_effects")
            self._drive("probe", self._take(PROBES), PROBES)
            self._wait_for(connection, PROBES)
            return Round(rate, *self._latency(connection))

    def _take(self, count: int) -> int:
        first, self._next_job = self._next_job, self._next_job + count
        return first

    def _first_start(self, connection: Connection) -> float:
        return float(_value(connection, "SELECT min(started_at) FROM bench_effects"))

    def _latency(self, connection: Connection) -> tuple[float, float]:
        rows = connection.execute("SELECT (started_at - queued_at) * 1000 FROM bench_effects").fetchall()
        cuts = quantiles([float(row[0]) for row in rows], n=20)
        return cuts[9], cuts[18]

    def _wait_for(self, connection: Connection, jobs: int) -> float:
        """When all was done, in seconds since the epoch: every row there, and the queue empty in its own eyes."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            done = _value(connection, "SELECT count(DISTINCT job) FROM bench_effects")
            if done == jobs and _value(connection, self._contender.unfinished) == 0:
                break
            if time.monotonic() > deadline:
                raise RoundFailed(f"{self._contender.name}: {done} of {jobs} jobs done, see {self._log.name}")
            time.sleep(LOOK_SECONDS)
        ended_at = time.time()
        if (effects := _value(connection, "SELECT count(*) FROM bench_effects")) != jobs:
            raise RoundFailed(f"{self._contender.name}: {jobs} jobs had {effects} effects")
        return ended_at

    def _drive(self, step: str, *numbers: int) -> None:
        argv = [sys.executable, "-m", "bench.drive", self._contender.name, step, *map(str, numbers)]
        ended = subprocess.run(argv, check=False, env=self._environment, cwd=ROOT, stdout=self._log, stderr=self._log)
        if ended.returncode:
            raise RoundFailed(f"{self._contender.name}: {step} failed, see {self._log.name}")

    @contextmanager
    def _process(self, argv: list[str]) -> Iterator[None]:
        """A program in a session of its own; at the end SIGTERM to it, then SIGKILL to whatever is left."""
        process = subprocess.Popen(
            argv, env=self._environment, cwd=ROOT, stdout=self._log, stderr=self._log, start_new_session=True
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _value(connection: Connection, query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None
