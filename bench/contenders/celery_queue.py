"""Celery on Redis: two prefork processes, no results kept. Redis keeps nothing on disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.contenders.contender import WORKERS, Contender
from bench.job import Job, kept_connection, write_row


class CeleryRedis(Contender):
    """Its defaults: a job is acknowledged before it runs, so a kill loses it."""

    name = "celery"
    title = "Celery, Redis"
    unfinished = "SELECT 0"  # acknowledged before they run; the rows themselves are counted as well

    def left_out(self) -> str:
        if not find_spec("celery") or not find_spec("redis"):
            return "not installed: pip install -r bench/requirements.txt"
        return "" if shutil.which("redis-server") else "no redis-server in PATH"

    def environment(self, folder: Path) -> dict[str, str]:
        return {"BENCH_REDIS": f"redis+socket://{folder / 'redis.sock'}"}

    def services(self, folder: Path) -> list[list[str]]:
        options = ["--port", "0", "--unixsocket", str(folder / "redis.sock"), "--save", "", "--dir", str(folder)]
        return [["redis-server", *options]]

    def prepare(self) -> None:
        """It has no tables."""

    def enqueue(self, jobs: Sequence[Job]) -> None:
        task = _app().tasks["run"]
        for job in jobs:
            task.delay(job.number, job.queued_at)

    def work(self) -> None:
        options = ["--concurrency", str(WORKERS), "--loglevel", "ERROR", "--without-gossip", "--without-mingle"]
        _app().worker_main(["worker", *options])


def _app() -> Any:
    from celery import Celery  # type: ignore[import-untyped]  # noqa: PLC0415 - a bench requirement only

    app = Celery("bench", broker=os.environ["BENCH_REDIS"])
    app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)
    app.task(name="run")(run)
    return app


def run(number: int, queued_at: float) -> None:
    """The job."""
    write_row(kept_connection(), number, queued_at)


CONTENDER = CeleryRedis()
