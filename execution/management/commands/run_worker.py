"""Run approved tasks and schedules, under the supervision that django-q2's clusters need."""

from __future__ import annotations

import logging
import os
import sys
import threading
import uuid
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, connection

from execution.queue.broker import NAME_VARIABLE
from execution.queue.progress import why_schedules_stuck, why_stuck
from execution.services.heartbeats import forget_heartbeat, record_heartbeat
from execution.services.reasons import reason_of
from execution.services.schedules import ensure_schedules
from fsarsite.database import BASE_DIR
from fsarsite.supervisor import Child, Supervisor

BEAT_SECONDS = 5.0
LONGEST_PATIENCE_SECONDS = 600.0
EXECUTION, SCHEDULES = "execution", "schedules"
logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Two clusters, each in a session of its own: one for approved tasks, one for schedules, webhooks and mail.

    SIGTERM lets running tasks end within EXECUTION_GRACE_SECONDS. A cluster that dies or hangs is replaced.
    """

    help = "Run approved tasks and schedules until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--no-schedules", action="store_true", help="only approved tasks: another host has the schedules and mail"
        )

    def handle(self, *_args: Any, no_schedules: bool, **_options: Any) -> None:
        """Supervise until SIGINT, SIGTERM or SIGHUP."""
        try:
            ensure_schedules()
        except Error as error:
            raise CommandError(f"the database is not ready ({reason_of(error)}): run manage.py migrate") from error
        name = f"{os.uname().nodename}:{os.getpid()}:{uuid.uuid4().hex[:6]}"
        queues = {EXECUTION: "execution"} if no_schedules else {EXECUTION: "execution", SCHEDULES: "default"}
        supervisor = Supervisor([_cluster(cluster, queue, name) for cluster, queue in queues.items()])
        self.stdout.write(f"worker {name}: {settings.EXECUTION_WORKERS} workers")
        connection.close()  # the watchdog's thread has its own
        watchdog = Watchdog(name, supervisor, tuple(queues))
        try:
            supervisor.run(when_started=watchdog.watch)
        finally:
            watchdog.stop()


class Watchdog:
    """Gives a sign of life every five seconds or sooner, and has a cluster restarted that gets stuck."""

    def __init__(self, name: str, supervisor: Supervisor, clusters: tuple[str, ...]) -> None:
        self._name = name
        self._supervisor = supervisor
        self._stopped = threading.Event()
        self._restarts = dict.fromkeys(clusters, 0)
        self._suspected: dict[str, str] = {}
        self._patience = dict.fromkeys(self._restarts, self._least_patience())

    def watch(self) -> None:
        """Look and tell until stopped. Without a database it goes on trying."""
        while True:
            try:
                record_heartbeat(self._name, {"workers": settings.EXECUTION_WORKERS, "restarts": self._restarts})
                self._restart_if(EXECUTION, why_stuck(self._name))
                if SCHEDULES in self._restarts:
                    self._restart_if(SCHEDULES, why_schedules_stuck())
            except Error as error:
                logger.warning("no sign of life: %s", reason_of(error))
                connection.close()
            if self._stopped.wait(min(BEAT_SECONDS, settings.EXECUTION_STUCK_SECONDS / 2)):
                connection.close()
                return

    def stop(self) -> None:
        """Stop looking; other workers and pages need not wonder where we are."""
        self._stopped.set()
        try:
            forget_heartbeat(self._name)
        except Error as error:
            logger.warning("the last sign of life stays: %s", reason_of(error))

    def _restart_if(self, cluster: str, reason: str) -> None:
        """Believe what is said twice running. A restarted cluster gets time to show what it can, more each time."""
        if not reason:
            self._patience[cluster] = self._least_patience()
        is_certain = bool(reason) and self._suspected.get(cluster) == reason
        self._suspected[cluster] = reason
        if is_certain and self._supervisor.seconds_up(cluster) > self._patience[cluster]:
            self._restarts[cluster] += 1
            self._patience[cluster] = min(2 * self._patience[cluster], LONGEST_PATIENCE_SECONDS)
            self._supervisor.restart(cluster, reason)

    def _least_patience(self) -> float:
        return 2.0 * settings.EXECUTION_STUCK_SECONDS


def _cluster(name: str, queue: str, worker: str) -> Child:
    """django-q2's command, and not by way of manage.py: we hold the embedded server up for it."""
    return Child(
        name=name,
        argv=[sys.executable, "-m", "django", "qcluster"],
        env={
            "Q_CLUSTER_NAME": queue,
            "FSARSITE_PROCESS": "worker",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(BASE_DIR), os.environ.get("PYTHONPATH")])),
            NAME_VARIABLE: worker,
        },
        grace_seconds=settings.EXECUTION_GRACE_SECONDS,
    )
