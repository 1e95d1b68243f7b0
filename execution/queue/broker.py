"""django-q2's view of the queue: a broker class that claims straight from ``execution_tasks``.

Named by the public ``broker_class`` setting of the cluster ``execution``. django-q2 asks only for ``dequeue``; the
tasks end in ``execution.services.runs``, so acknowledging and failing do nothing here.
"""

from __future__ import annotations

import logging
import os
import select
import time
import uuid
from typing import Any, NoReturn

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone
from django_q.brokers import Broker
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.signing import SignedPackage

from execution.models import ExecutionTask
from execution.queue.claim import Claim, Lease, claim_tasks
from execution.queue.pace import Pace
from execution.queue.reaper import expire_leases_of, reap_expired_leases
from execution.queue.wakeup import install_bell
from execution.services.enqueue import CHANNEL
from execution.services.reasons import reason_of
from execution.states import IN_FLIGHT, TaskStatus
from execution.tasks import run

POLL_SECONDS = 1.0
"""The longest wait: bounds how late a lost NOTIFY, a retry that became due or a raised limit is noticed."""
REFILL_SECONDS = 0.05
REAP_SECONDS = 1.0
NAME_VARIABLE = "EXECUTION_CLUSTER"
logger = logging.getLogger(__name__)


class PurgeRefused(Exception):
    """Approved work is not thrown away; cancel tasks one by one."""


class ExecutionBroker(Broker):
    """Claims tasks for one cluster and waits for more: for a NOTIFY, a worker that ended a task, or a second."""

    def __init__(self, list_key: str | None = None) -> None:
        super().__init__(list_key or Conf.CLUSTER_NAME)
        self._bell = install_bell()  # here, in the sentinel, before it forks the workers
        self._cluster = os.environ.get(NAME_VARIABLE) or f"{os.uname().nodename}:{os.getpid()}"
        self._pace = Pace(settings.EXECUTION_PREFETCH)
        self._ended = 0
        self._last = Claim((), free=Conf.WORKERS)
        self._is_new = True
        self._listening: Any = None
        self._reap_at = 0.0

    def ping(self) -> bool:
        """Called once, by a new sentinel: what a dead cluster of our name held is free again."""
        expire_leases_of(self._cluster)
        return True

    def dequeue(self) -> list[tuple[int, str]]:
        """The packages of newly claimed tasks, perhaps none; returns within about a second either way."""
        try:
            self._listen()
            self._wait()
            if time.monotonic() >= self._reap_at:
                reap_expired_leases()
                self._reap_at = time.monotonic() + REAP_SECONDS
            self._pace.look(self._ended)
            self._ended = 0
            self._last = claim_tasks(cluster=self._cluster, capacity=Conf.WORKERS + self._pace.ahead)
        except Error as error:
            logger.warning("the queue is out of reach: %s", reason_of(error))
            connection.close()
            time.sleep(POLL_SECONDS)
            return []
        return [(lease.task_id, _package(lease)) for lease in self._last.leases]

    def queue_size(self) -> int:
        """How many tasks are queued."""
        return ExecutionTask.objects.filter(status=TaskStatus.QUEUED).count()

    def lock_size(self) -> int:
        """How many tasks are leased or running."""
        return ExecutionTask.objects.filter(status__in=IN_FLIGHT).count()

    def enqueue(self, task: str) -> int:
        """Queue what code in a worker hands to ``async_task``: on django-q2's own queue, for the other cluster.

        Approved work never comes this way: it is queued by the transaction that approves it.
        """
        return int(ORM(list_key=Conf.PREFIX).enqueue(task))  # type: ignore[no-untyped-call]

    def delete_queue(self) -> NoReturn:
        """Refused: approved work is not thrown away."""
        raise PurgeRefused(PurgeRefused.__doc__)

    purge_queue = delete_queue

    def info(self) -> str:
        """The kind of broker, for django-q2's pages."""
        return "execution_tasks"

    def _listen(self) -> None:
        connection.ensure_connection()
        if connection.connection is not self._listening:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            self._listening = connection.connection
            self._is_new = True  # who knows what was said before we listened

    def _wait(self) -> None:
        """Return when a claim may bring something: at once when the last one left nothing undone."""
        with connection.wrap_database_errors:
            is_notified = self._hears_notifications() or self._is_new
            if not self._last.free:
                self._wait_for_room()
            elif not is_notified and not self._count_ended():
                select.select([self._bell, connection.connection], [], [], POLL_SECONDS)
                self._count_ended()
        self._is_new = False

    def _count_ended(self) -> int:
        """How many tasks ended since the last claim."""
        self._ended += self._bell.answer()
        return self._ended

    def _wait_for_room(self) -> None:
        """Until a task ended. A refill takes one transaction, so sleep on while leased ones keep the workers busy."""
        if not self._count_ended():
            select.select([self._bell], [], [], POLL_SECONDS)
        wanted = self._pace.ahead * 3 // 4
        if self._count_ended() < wanted:  # to be woken by each that ends costs more than it tells
            time.sleep(min(REFILL_SECONDS, self._pace.seconds_for(wanted - self._ended)))
            self._count_ended()

    def _hears_notifications(self) -> bool:
        """Whether any came since the last look; psycopg keeps those that come during a claim."""
        return bool(list(connection.connection.notifies(timeout=0)))


def _package(lease: Lease) -> str:
    task = {
        "id": uuid.uuid4().hex,
        "name": f"task {lease.task_id}, fence {lease.fence}",
        "func": run,
        "args": (lease.task_id, lease.fence),
        "kwargs": {},
        "started": timezone.now(),
    }
    return str(SignedPackage.dumps(task))
