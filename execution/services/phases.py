"""The phases of an attempt, measured as it goes."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from execution.models import ExecutionTask, TaskPhase
from execution.services.reasons import reason_of

Name = TaskPhase.Name
_END = """
UPDATE execution_taskphase SET ended_at = clock_timestamp(), milliseconds = greatest(
    0, extract(epoch FROM clock_timestamp() - started_at) * 1000 - %(aside)s
) WHERE id = %(open)s
"""
_BEGIN = """
INSERT INTO execution_taskphase (task_id, attempt, name, started_at)
VALUES (%(task)s, %(attempt)s, %(name)s, clock_timestamp()) RETURNING id
"""
_TURNS = """
INSERT INTO execution_taskphase (task_id, attempt, name, started_at, ended_at, milliseconds)
VALUES (
    %(task)s, %(attempt)s, %(name)s, clock_timestamp() - make_interval(secs => %(aside)s / 1000.0::float8),
    clock_timestamp(), %(aside)s
)
"""
logger = logging.getLogger(__name__)


class _Recorder:
    """Writes the phases of one attempt on a connection of its own, since the attempt's may be in a long transaction.

    It is opened with the first phase: a task without phases costs nothing. What cannot be written is left out.
    """

    def __init__(self, task: ExecutionTask) -> None:
        self._key: dict[str, Any] = {"task": task.pk, "attempt": task.attempts}
        self._connection: BaseDatabaseWrapper | None = None
        self._open: int | None = None
        self.name = ""
        self.turns: dict[str, float] = {}

    def enter(self, name: str) -> None:
        """End the phase before, and begin this one."""
        self.leave()
        self.name = name
        self._open = self._write(_BEGIN, name=name)

    def leave(self) -> None:
        """End the phase, if there is one."""
        if self._open is not None:
            taken = {name: round(seconds * 1000) for name, seconds in self.turns.items()}
            self._write(_END, open=self._open, aside=sum(taken.values()))
            for name, milliseconds in taken.items():
                self._write(_TURNS, name=name, aside=milliseconds)
        self._open, self.name, self.turns = None, "", {}

    def close(self) -> None:
        """Give the connection back; a phase that is open stays without an end."""
        if self._connection is not None:
            self._connection.close()

    def _write(self, statement: str, **parameters: Any) -> int | None:
        try:
            with self._connected().cursor() as cursor:
                cursor.execute(statement, self._key | parameters)
                return int(cursor.fetchone()[0]) if cursor.description else None
        except Error as error:
            logger.warning("task %s: a phase was not recorded: %s", self._key["task"], reason_of(error))
            self.close()
            return None

    def _connected(self) -> BaseDatabaseWrapper:
        if self._connection is None:
            self._connection = connections["default"].copy()
        if self._connection.connection is None:
            with self._connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit TO off")  # a measurement that a crash forgets is no loss
        return self._connection


_current: ContextVar[_Recorder | None] = ContextVar("phases", default=None)


@contextmanager
def recorded_phases(task: ExecutionTask) -> Iterator[None]:
    """Record the phases that the block enters as those of the task's present attempt.

    The last one ends with the block. An exception that ends the process, or a lost lease, leaves it without an end, as
    the death of the process does.
    """
    recorder = _Recorder(task)
    token = _current.set(recorder)
    try:
        yield
        recorder.leave()
    except Exception:
        recorder.leave()
        raise
    finally:
        _current.reset(token)
        recorder.close()


def enter_phase(name: TaskPhase.Name) -> None:
    """Say what the attempt does from now on. Outside of `recorded_phases` nobody listens. Never fails the attempt."""
    recorder = _current.get()
    if recorder is not None:
        recorder.enter(name)


@contextmanager
def turn(name: TaskPhase.Name, *, within: TaskPhase.Name) -> Iterator[None]:
    """Count the block to a phase that takes turns with another one; anywhere else it belongs to the phase it is in."""
    recorder = _current.get()
    begun = time.monotonic()
    yield
    if recorder is not None and recorder.name == within:
        recorder.turns[name] = recorder.turns.get(name, 0) + time.monotonic() - begun
