"""django-q2 as it comes: its ORM broker and its defaults, two workers, connections kept."""

from __future__ import annotations

import os
from collections.abc import Sequence

import dj_database_url
import django
from django.conf import settings
from django.core.management import call_command

from bench.contenders.contender import WORKERS, Contender
from bench.job import Job, write_row


class StockBroker(Contender):
    """Everything by default but the number of workers, the timeout that it demands, and a quiet log."""

    name = "stock"
    title = "django-q2, ORM broker"
    unfinished = "SELECT count(*) FROM django_q_ormq"

    def prepare(self) -> None:
        self._set_up()
        call_command("migrate", verbosity=0)

    def enqueue(self, jobs: Sequence[Job]) -> None:
        self._set_up()
        from django_q.tasks import async_task  # noqa: PLC0415 - needs the settings

        for job in jobs:
            async_task("bench.contenders.stock_queue.run", job.number, job.queued_at)  # type: ignore[no-untyped-call]

    def work(self) -> None:
        self._set_up()
        call_command("qcluster")

    def _set_up(self) -> None:
        if settings.configured:
            return
        database = dict(dj_database_url.parse(os.environ["DATABASE_URL"])) | {"CONN_MAX_AGE": None}
        settings.configure(
            SECRET_KEY="bench",
            USE_TZ=True,
            INSTALLED_APPS=["django.contrib.contenttypes", "django_q"],
            DATABASES={"default": database},
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            Q_CLUSTER={
                "name": "bench",
                "orm": "default",
                "workers": WORKERS,
                "timeout": 60,
                "retry": 120,
                "log_level": "WARNING",
            },
        )
        django.setup()


def run(number: int, queued_at: float) -> None:
    """The job."""
    from django.db import connection  # noqa: PLC0415 - needs the settings

    write_row(connection, number, queued_at)


CONTENDER = StockBroker()
