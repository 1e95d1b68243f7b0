"""The product: `run_worker` as it is. Every job is an action item of an approved plan of twenty."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import django

from bench.contenders.contender import WORKERS, Contender
from bench.job import Job


class Ours(Contender):
    """Claim, lease, fence, history, kill switch, limits, and the proposal's outcome: all of it, for every job."""

    name = "ours"
    title = "ours"
    unfinished = "SELECT count(*) FROM execution_tasks WHERE status <> 'succeeded'"

    def environment(self, folder: Path) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "bench.product_settings",
            "FSARSITE_ENV": "development",
            "FSARSITE_DATA": str(folder),
            "EXECUTION_WORKERS": str(WORKERS),
        }

    def prepare(self) -> None:
        django.setup()
        from fsarsite.djstripe_schema import migrate_if_needed  # noqa: PLC0415 - needs the settings

        migrate_if_needed()

    def enqueue(self, jobs: Sequence[Job]) -> None:
        django.setup()
        from bench.product_queue import queue_jobs  # noqa: PLC0415 - needs the settings

        queue_jobs(jobs)

    def workers(self) -> list[list[str]]:
        return [[sys.executable, "manage.py", "run_worker"]]

    def work(self) -> None:
        """Its workers are a command of the product."""
        raise NotImplementedError


CONTENDER = Ours()
