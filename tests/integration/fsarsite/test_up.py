"""`manage.py up` for real: a server of its own, web, worker, Ctrl-C."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from fsarsite.postgres import Cluster
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]
Start = Callable[..., subprocess.Popen[str]]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Start]:
    started = []
    kept = {name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")}

    def start(port: int, *options: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(port), "--workers", "1", "--no-samples", *options],
            env=kept | {"FSARSITE_DATA": str(tmp_path), "FSARSITE_ENV": "development"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.communicate(timeout=120)
    Cluster(tmp_path / "postgres").remove()


def read_until_up(process: subprocess.Popen[str]) -> str:
    """The output until the web server answers and the worker, which then holds the database up, has begun."""
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if "Ctrl-C stops everything" in seen and "worker | worker " in seen:
            return seen
    raise AssertionError(f"the output ended too early:\n{seen}")


def is_running(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def status_of(port: int, path: str) -> int:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    client.request("GET", path)
    status = client.getresponse().status
    client.close()
    return status


def test_up_killed_takes_everything_along_and_started_again_serves_until_ctrl_c(up: Start, tmp_path: Path) -> None:
    port = free_port()
    killed = up(port)
    read_until_up(killed)
    orphans = psutil.Process(killed.pid).children(recursive=True)
    killed.kill()
    wait_until(lambda: not any(is_running(process) for process in orphans), seconds=90)
    wait_until(lambda: not Cluster(tmp_path / "postgres").is_running())

    running = up(port)
    output = read_until_up(running)
    family = psutil.Process(running.pid).children(recursive=True)
    statuses = {path: status_of(port, path) for path in ("/healthz", "/admin/login/", "/offers/", "/api/v1/docs/")}
    running.send_signal(signal.SIGINT)
    rest, _ = running.communicate(timeout=120)

    assert f"http://127.0.0.1:{port}/admin/" in output
    assert statuses == {"/healthz": 200, "/admin/login/": 200, "/offers/": 200, "/api/v1/docs/": 200}
    assert running.returncode == 0, rest
    assert len(family) >= 4  # gunicorn and its worker, run_worker and its cluster
    assert [process for process in family if is_running(process)] == []
    assert not Cluster(tmp_path / "postgres").is_running()


def test_up_on_a_busy_port_says_so_before_anything_starts(up: Start) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        output, _ = up(port).communicate(timeout=120)

    assert output.strip() == (
        f"CommandError: cannot listen on 127.0.0.1 port {port} (Address already in use): choose another with --port"
    )
