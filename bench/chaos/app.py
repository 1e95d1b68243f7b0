"""Registers the trivial kind of task, in the product's workers."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig

KIND: Any = "chaos"
TABLE = "CREATE TABLE IF NOT EXISTS chaos_effects (number integer NOT NULL, task uuid NOT NULL)"


class ChaosConfig(AppConfig):
    """One row and a pause, as a kind of task."""

    name = "bench.chaos"
    label = "chaos"

    def ready(self) -> None:
        """Register it."""
        import time  # noqa: PLC0415

        from django.db import connection  # noqa: PLC0415

        from execution.handlers import Execution, Handler, register  # noqa: PLC0415
        from execution.models import ExecutionTask  # noqa: PLC0415

        class ChaosHandler(Handler):
            """Writes a row and takes its time, in the transaction that ends the task."""

            kind = KIND
            in_transaction = True

            def execute(self, task: ExecutionTask) -> Execution:
                with connection.cursor() as cursor:
                    cursor.execute(
                        "INSERT INTO chaos_effects VALUES (%s, %s)", [task.payload["number"], task.public_id]
                    )
                time.sleep(task.payload["seconds"])
                return Execution(result={})

        register(ChaosHandler)
