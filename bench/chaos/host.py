"""A host that runs the product's worker, and what can happen to it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from bench.measure import ROOT

FROZEN_SECONDS = 5.0
RESTART_SECONDS = 0.5
STOP_SECONDS = 30.0
WEIGHTS = {"master": 1, "sentinel": 1, "program": 3, "process": 4}


class Host:
    """``run_worker``, started again when it ends, as systemd would."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment = dict(environment)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._start_at = 0.0

    def tend(self) -> None:
        """Start it when it does not run, not at once after an end."""
        if self._process is not None and self._process.poll() is not None:
            self._process, self._start_at = None, time.monotonic() + RESTART_SECONDS
        if self._process is None and time.monotonic() >= self._start_at:
            with self._log.open("ab") as output:
                self._process = subprocess.Popen(
                    [sys.executable, "manage.py", "run_worker"],
                    env=os.environ | self._environment,
                    cwd=ROOT,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )

    def kill_one(self, chance: random.Random) -> str:
        """SIGKILL to one process below ``run_worker``, those that work more often; its kind, empty when none was."""
        family = [(each, kind) for each in self._descendants() if (kind := _kind(each)) in WEIGHTS]
        if not family:
            return ""
        ((victim, kind),) = chance.choices(family, [WEIGHTS[kind] for _, kind in family])
        with suppress(psutil.NoSuchProcess):
            victim.kill()
        return kind

    def kill_supervisor(self) -> str:
        """SIGKILL to ``run_worker`` alone; what watches it has to end the rest."""
        for each in self._itself():
            with suppress(psutil.NoSuchProcess):
                each.kill()
        return "supervisor"

    def kill_all(self) -> str:
        """SIGKILL to every process of the host at once, as when its power fails: orphans of a killed sentinel too."""
        family = [*self._descendants(), *self._itself()]
        sessions = {each.pid for each in family}
        orphans = [each for each in psutil.process_iter() if _session_of(each.pid) in sessions]
        for each in [*family, *orphans]:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        return "host"

    def freeze_one(self, chance: random.Random) -> str:
        """Stop one process for longer than a lease, then let it go on, as if nothing had been."""
        family = [each for each in self._descendants() if _kind(each) == "process"]
        if not family:
            return ""
        victim = chance.choice(family)
        with suppress(psutil.NoSuchProcess):
            victim.suspend()
            threading.Timer(FROZEN_SECONDS, _resume, [victim]).start()
        return "frozen"

    def stop(self) -> None:
        """SIGTERM, as an operator would; SIGKILL to what is left."""
        left = [*self._descendants(), *self._itself()]
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        for each in left:
            with suppress(psutil.NoSuchProcess):
                each.kill()

    def _itself(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return [psutil.Process(self._process.pid)] if self._process is not None else []
        return []

    def _descendants(self) -> list[psutil.Process]:
        found: list[psutil.Process] = []
        for itself in self._itself():
            with suppress(psutil.NoSuchProcess):
                found += itself.children(recursive=True)
        return found


def _session_of(pid: int) -> int:
    with suppress(ProcessLookupError, PermissionError):
        return os.getsid(pid)
    return 0


def _resume(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(signal.SIGCONT)


def _kind(process: psutil.Process) -> str:
    """``master`` and ``sentinel`` of a cluster, another ``process`` of it, or a ``program`` that one runs."""
    try:
        name, above = process.name(), process.parents()
        depth = next((place for place, each in enumerate(above) if "run_worker" in each.cmdline()), len(above))
    except psutil.NoSuchProcess:
        return ""
    if not name.startswith("python"):
        return "program" if name.startswith("pg_") else ""
    return {0: "master", 1: "sentinel"}.get(depth, "process")
