"""Signs of life of a running task: its lease grows while its worker lives."""

from __future__ import annotations

import logging
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
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._has_beaten = False
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{task_id}", daemon=True)
        self._can_interrupt = threading.current_thread() is threading.main_thread()

    def __enter__(self) -> Self:
        if self._can_interrupt:
            signal.signal(signal.SIGUSR1, self._interrupt)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._ended.set()
        if self._has_beaten:
            self._thread.join(JOIN_SECONDS)  # its connection is closed then

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        if not self._ended.is_set():
            raise LeaseLost

    def _beat(self) -> None:
        renewed_at = time.monotonic()
        while not self._ended.wait(self._lease / BEATS_PER_LEASE):
            self._has_beaten = True
            still_ours = self._renew()
            if still_ours:
                renewed_at = time.monotonic()
            elif still_ours is False or time.monotonic() - renewed_at > self._lease:
                self._lose()
                break
        if self._has_beaten:
            connection.close()

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
        main = threading.main_thread().ident
        with self._lock:  # or the signal could reach the next task of this process
            if self._can_interrupt and main is not None and not self._ended.is_set():
                signal.pthread_kill(main, signal.SIGUSR1)
