"""Writes one row per effect, into a table that only tests have, and waits, fails or dies on request."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from django.db import connection

from execution.failures import PermanentFailure, TransientFailure
from execution.handlers import Execution, Handler, register
from execution.models import ExecutionTask

KIND: Any = "probe"
CREATE = "CREATE TABLE IF NOT EXISTS probe_effects (task_id bigint NOT NULL, fence int NOT NULL)"
DROP = "DROP TABLE IF EXISTS probe_effects"


@register
class ProbeHandler(Handler):
    """Payload: ``do`` (write, wait, die, fail, pass_away); ``folder``, where it says who it is and waits for "go"."""

    kind = KIND
    in_transaction = True

    def execute(self, task: ExecutionTask) -> Execution:
        if "folder" in task.payload:
            self._say_who(task)
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO probe_effects VALUES (%s, %s)", [task.pk, task.fence])
        match task.payload.get("do", "write"):
            case "wait":
                self._wait(Path(task.payload["folder"]) / "go")
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "fail":
                raise PermanentFailure("the probe was told to fail; password=hunter2\nand more lines")
            case "pass_away":
                raise TransientFailure("the probe was told to come back later")
        return Execution(result={"fence": task.fence})

    def _say_who(self, task: ExecutionTask) -> None:
        file = Path(task.payload["folder"]) / f"{task.pk}-{task.attempts}"
        file.with_suffix(".part").write_text(str(os.getpid()))
        file.with_suffix(".part").rename(file)

    def _wait(self, go: Path) -> None:
        while not go.exists():
            time.sleep(0.02)
