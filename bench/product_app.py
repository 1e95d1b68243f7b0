"""Registers the handler of the job, in the product's workers."""

from __future__ import annotations

from typing import Any

import psycopg
from django.apps import AppConfig

KIND: Any = "bench"


class BenchConfig(AppConfig):
    """The job as a kind of task."""

    name = "bench"

    def ready(self) -> None:
        """Register it."""
        from django.db import connection  # noqa: PLC0415

        from bench.job import insert_row  # noqa: PLC0415
        from execution.handlers import Execution, Handler, register  # noqa: PLC0415
        from execution.models import ExecutionTask  # noqa: PLC0415

        class BenchHandler(Handler):
            """Writes the row in the transaction that ends the task, so exactly once."""

            kind = KIND
            in_transaction = True

            def execute(self, task: ExecutionTask) -> Execution:
                with psycopg.Cursor(connection.connection) as cursor:  # as the others: psycopg's own prepares it
                    insert_row(cursor, task.payload["number"], task.payload["queued_at"])
                return Execution(result={})

        register(BenchHandler)
