"""Where a shop is measured: a PostgreSQL, a folder and ports of its own, and the product's own programs on them."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from bench.measure import ROOT
from fsarsite.postgres import Cluster

PATIENCE_SECONDS = 60.0
STOP_SECONDS = 30.0
WEB_PROCESSES, WEB_THREADS = 2, 4  # as `manage.py up` has it
MARK = "BENCH_PROGRAM"
SCRUB = ("STRIPE_", "FIELD_", "FSARSITE_", "EXECUTION_", "DATABASE_URL", "TARGET_DATABASE_URL", "PG")


def run_inside(settings: str, command: str, arguments: Sequence[str]) -> int:
    """Run a Django command on premises of its own, and take them down after it; returns its exit code."""
    stop_when_told()
    with tempfile.TemporaryDirectory(prefix="fsarsite-bench-") as folder:
        cluster = Cluster(Path(folder) / "postgres")
        try:
            argv = [sys.executable, "-m", "django", command, *arguments]
            environment = _environment(cluster, Path(folder)) | {"DJANGO_SETTINGS_MODULE": settings}
            with subprocess.Popen(argv, env=environment, cwd=ROOT) as process:
                try:
                    return process.wait()
                finally:
                    process.terminate()  # it stops what it started
        finally:
            cluster.remove()


def _environment(cluster: Cluster, folder: Path) -> dict[str, str]:
    for name in ("shop", "shop_target"):
        cluster.create_database(name)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SCRUB)}
    return kept | {
        "FSARSITE_ENV": "development",
        "DEBUG": "0",
        "FSARSITE_DATA": str(folder / "data"),
        "DATABASE_URL": cluster.url("shop"),
        "TARGET_DATABASE_URL": cluster.url("shop_target"),
        "STRIPE_API_HOST": f"http://127.0.0.1:{free_port()}",
        "SITE_ORIGIN": f"http://127.0.0.1:{free_port()}",
        "STRIPE_SANDBOX_CONTROL_TOKEN": secrets.token_urlsafe(16),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PGAPPNAME": "bench",
    }


def stop_when_told() -> None:
    """SIGTERM becomes an exception, so that what runs is stopped, too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: stopped"))


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Program:
    """A program with its log. Whatever it starts is found by a mark in the environment, orphans included."""

    def __init__(self, name: str, argv: Sequence[str], log: Path, **environment: str) -> None:
        self.name = name
        self._mark = f"{name}-{secrets.token_hex(8)}"
        self._argv = argv
        self._log = log
        self._environment = os.environ | {MARK: self._mark, "PGAPPNAME": name} | environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, again if need be."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._argv, env=self._environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    def stop(self) -> None:
        """SIGTERM, then SIGKILL to what is left."""
        if self._process is None:
            return
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to it and to all that it started, at once."""
        for each in self.family():
            end_process(each)
        if self._process is not None:
            self._process.wait()

    def family(self) -> list[psutil.Process]:
        """It and all that it started."""
        return [each for each in psutil.process_iter() if environment_of(each).get(MARK) == self._mark]

    def cpu_seconds(self) -> float:
        """What those that live have used of a processor so far: a figure that other programs hardly disturb."""
        with suppress(psutil.NoSuchProcess):
            return sum(each.cpu_times().user + each.cpu_times().system for each in self.family())
        return 0.0

    def is_head(self, process: psutil.Process) -> bool:
        """Whether this is the program itself and none that it started."""
        return self._process is not None and process.pid == self._process.pid


def sandbox_program(folder: Path, webhook: str) -> Program:
    """Our Stripe, on the port of STRIPE_API_HOST. Without a webhook it tells nobody anything."""
    argv = [sys.executable, "manage.py", "stripe_sandbox", "--no-snapshot"]
    argv += ["--port", os.environ["STRIPE_API_HOST"].rpartition(":")[2]]
    return Program("sandbox", argv + (["--webhook", webhook] if webhook else []), folder / "sandbox.log")


def web_program(folder: Path) -> Program:
    """gunicorn on the port of SITE_ORIGIN, as `manage.py up` runs it."""
    argv = [sys.executable, "-m", "gunicorn", "fsarsite.wsgi:application", "--bind", os.environ["SITE_ORIGIN"][7:]]
    argv += ["--workers", str(WEB_PROCESSES), "--worker-class", "gthread", "--threads", str(WEB_THREADS)]
    argv += ["--log-level", "warning", "--graceful-timeout", "5", "--no-control-socket"]
    return Program("web", argv, folder / "web.log", FSARSITE_PROCESS="web")


def worker_program(folder: Path) -> Program:
    """`manage.py run_worker`."""
    argv = [sys.executable, "manage.py", "run_worker"]
    return Program("worker", argv, folder / "worker.log", FSARSITE_PROCESS="worker", EXECUTION_GRACE_SECONDS="2")


@contextmanager
def running(*programs: Program) -> Iterator[None]:
    """Keep programs running for the length of a block."""
    try:
        for program in programs:
            program.start()
        yield
    finally:
        for program in programs:
            program.stop()


def wait_healthy(url: str) -> None:
    """Return when a server answers. Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{url} does not answer after {PATIENCE_SECONDS:g} s") from None
            time.sleep(0.1)


def environment_of(process: psutil.Process) -> dict[str, str]:
    """What a process was started with; empty when it is gone or another user's."""
    try:
        return dict(process.environ())
    except (psutil.Error, OSError):
        return {}


def end_process(process: psutil.Process) -> bool:
    """SIGKILL; False when it was gone already."""
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return False
    return True
