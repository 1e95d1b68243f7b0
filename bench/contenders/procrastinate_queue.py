"""procrastinate on PostgreSQL: two processes of one job at a time each."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bench.contenders.contender import WORKERS, Contender
from bench.job import Job, kept_connection, write_row

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.types import JSONValue


class Procrastinate(Contender):
    """Its defaults; LISTEN and NOTIFY are among them."""

    name = "procrastinate"
    title = "procrastinate, PostgreSQL"
    unfinished = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"

    def left_out(self) -> str:
        return "" if find_spec("procrastinate") else "not installed: pip install -r bench/requirements.txt"

    def prepare(self) -> None:
        with self._app().open() as app:
            app.schema_manager.apply_schema()

    def enqueue(self, jobs: Sequence[Job]) -> None:
        with self._app().open() as app:
            app.tasks["run"].batch_defer(*[_arguments(job) for job in jobs])

    def workers(self) -> list[list[str]]:
        return [[sys.executable, "-m", "bench.drive", self.name, "work"]] * WORKERS

    def work(self) -> None:
        with self._app().open() as app:
            app.run_worker(concurrency=1)

    def _app(self) -> App:
        from procrastinate import (  # noqa: PLC0415 - a bench requirement only
            App,
            PsycopgConnector,
            SyncPsycopgConnector,
        )

        working = sys.argv[-1] == "work"
        connector = (PsycopgConnector if working else SyncPsycopgConnector)(conninfo=os.environ["DATABASE_URL"])
        app = App(connector=connector)
        app.task(name="run")(run)
        return app


def _arguments(job: Job) -> dict[str, JSONValue]:
    return {"number": job.number, "queued_at": job.queued_at}


def run(number: int, queued_at: float) -> None:
    """The job."""
    write_row(kept_connection(), number, queued_at)


CONTENDER = Procrastinate()
