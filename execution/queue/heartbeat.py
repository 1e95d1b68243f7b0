"""Signs of life of a running task: its lease grows while its worker lives."""

from __future__ import annotations

import logging
import math
import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Self

from django.conf import settings
from django.db import Error, connection

from execution.failures import LeaseLost
from execution.queue.statements import fetch_all
from execution.services.reasons import reason_of

BEATS_PER_LEASE = 3
IDLE_SECONDS = 5.0
JOIN_SECONDS = 1
RENEW = """
UPDATE execution_tasks SET lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(id)s AND fence = %(fence)s AND status = 'running'
RETURNING id
"""
logger = logging.getLogger(__name__)


class Heartbeat:
    """Renews the lease of a running task every third of its length, from a thread with a connection of its own.

    When the lease is lost, the block is interrupted with LeaseLost (in the main thread of a process; elsewhere the
    fence alone keeps the late worker from finishing). Without an answer from the database for the length of a lease,
    the lease counts as lost too.
    """

    def __init__(self, task_id: int, fence: int) -> None:
        self._parameters = {"id": task_id, "fence": fence, "lease": settings.EXECUTION_LEASE_SECONDS}
        self._lease = float(settings.EXECUTION_LEASE_SECONDS)
        self._lock = threading.Lock()
        self._is_over = False
        self._can_interrupt = threading.current_thread() is threading.main_thread()
        self._renewed_at = self.due_at = 0.0

    def __enter__(self) -> Self:
        if self._can_interrupt:
            signal.signal(signal.SIGUSR1, self._interrupt)
        self._renewed_at = time.monotonic()
        self.due_at = self._renewed_at + self._lease / BEATS_PER_LEASE
        _pulse_of_this_thread().carry(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._is_over = True
        _pulse_of_this_thread().drop()

    def beat(self) -> None:
        """Renew the lease, or say that it is lost."""
        self.due_at = time.monotonic() + self._lease / BEATS_PER_LEASE
        still_ours = self._renew()
        if still_ours:
            self._renewed_at = time.monotonic()
        elif still_ours is False or time.monotonic() - self._renewed_at > self._lease:
            self._lose()

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        if not self._is_over:
            raise LeaseLost

    def _renew(self) -> bool | None:
        """Whether the lease is still ours; None when the database does not say."""
        try:
            return bool(fetch_all(RENEW, self._parameters))
        except Error as error:
            logger.warning("no heartbeat for task %s: %s", self._parameters["id"], reason_of(error))
            connection.close()
            return None

    def _lose(self) -> None:
        logger.warning("the lease of task %s is lost, its worker stops", self._parameters["id"])
        self.due_at = math.inf
        main = threading.main_thread().ident
        with self._lock:  # or the signal could reach the next task of this process
            if self._can_interrupt and main is not None and not self._is_over:
                signal.pthread_kill(main, signal.SIGUSR1)


class _Pulse:
    """The thread that beats for the tasks of one thread, one after the other.

    Most tasks end before their first beat is due: for those it is not even woken, and goes on to the next. After a
    beat it ends with the task, since it then has a connection; without a task it ends after a while.
    """

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._beating: Heartbeat | None = None
        self._thread: threading.Thread | None = None
        self._wakes_at = 0.0
        self._has_beaten = False

    def carry(self, heartbeat: Heartbeat) -> None:
        """Beat for this task from now on."""
        with self._change:
            self._beating = heartbeat
            if self._thread is None:
                self._has_beaten = False
                self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
                self._thread.start()
            elif heartbeat.due_at < self._wakes_at:
                self._change.notify()

    def drop(self) -> None:
        """The task ended. Returns when the connection is closed, or after a second."""
        with self._change:
            self._beating = None
            ending = self._thread if self._has_beaten else None
            if ending is not None:
                self._thread = None
                self._change.notify()
        if ending is not None:
            ending.join(JOIN_SECONDS)

    def _run(self) -> None:
        while (due := self._next_due()) is not None:
            due.beat()
        connection.close()

    def _next_due(self) -> Heartbeat | None:
        """The task whose beat is due, when it is; None to end."""
        with self._change:
            while threading.current_thread() is self._thread:
                now, task = time.monotonic(), self._beating
                self._wakes_at = task.due_at if task else now + IDLE_SECONDS
                if task and task.due_at <= now:
                    self._has_beaten = True
                    return task
                is_told = self._change.wait(min(self._wakes_at - now, threading.TIMEOUT_MAX))
                if not is_told and not task and self._beating is None:
                    self._thread = None
        return None


_own = threading.local()


def _pulse_of_this_thread() -> _Pulse:
    if not hasattr(_own, "pulse"):
        _own.pulse = _Pulse()
    pulse: _Pulse = _own.pulse
    return pulse
