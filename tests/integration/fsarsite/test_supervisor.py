"""The supervisor with real processes: what it starts it also ends, however it ends itself."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]
DRIVER = """
import json, os, sys
from fsarsite.supervisor import Child, Supervisor
supervisor = Supervisor([Child(name, argv, grace_seconds=grace) for name, argv, grace in json.loads(sys.argv[1])])

def beside():
    print("beside\\n", end="", flush=True)
    while name := os.read(0, 100).decode().strip():
        supervisor.restart(name, "looks stuck")

supervisor.run(when_started=beside)
print("over", flush=True)
"""
# Each writes its process id, and that of a child of its own, so that a test can see what became of them.
FAMILY = """
import pathlib, subprocess, sys, os
child = subprocess.Popen(["sleep", "600"])
pathlib.Path(sys.argv[1]).write_text(f"{os.getpid()} {child.pid}")
print("hello from", "below", flush=True)
"""
POLITE = FAMILY + "import signal; signal.signal(signal.SIGTERM, lambda *_: (child.kill(), sys.exit(0))); child.wait()"
STUBBORN = (
    FAMILY
    + """
import signal
signal.signal(signal.SIGTERM, lambda *_: print("no", flush=True))
print("set", flush=True)
while True:
    signal.pause()
"""
)
ORDERLY = (
    FAMILY
    + """
import signal, time
def stop(*_):
    time.sleep(0.5)
    pathlib.Path(sys.argv[1] + ".stopped").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("set", flush=True)
child.wait()
"""
)
CARELESS = FAMILY + "import signal; signal.pause()"  # ends at once and leaves its child behind

Children = list[tuple[str, list[str], float]]
Start = Callable[[Children], subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    started = []

    def start_supervisor(children: Children) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, json.dumps(children)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
        )
        started.append(process)
        return process

    yield start_supervisor
    for process in started:
        process.terminate()
        process.communicate(timeout=60)


def script(text: str, path: Path) -> list[str]:
    return [sys.executable, "-c", text, str(path)]


def family(path: Path) -> list[int]:
    """The process ids that the script wrote, once it did."""
    wait_until(lambda: path.exists() and len(path.read_text().split()) == 2)
    return [int(pid) for pid in path.read_text().split()]


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def watchers_of(supervisor: subprocess.Popen[str]) -> list[int]:
    return [child.pid for child in psutil.Process(supervisor.pid).children() if "watcher" in child.cmdline()]


def read_until(process: subprocess.Popen[str], text: str) -> list[str]:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if text in line:
            return lines
    raise AssertionError(f"the output ended without {text!r}: {lines}")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run_when_signalled_stops_every_child(start: Start, tmp_path: Path, ending: signal.Signals) -> None:
    supervisor = start([(name, script(POLITE, tmp_path / name), 30) for name in ("web", "worker")])
    pids = family(tmp_path / "web") + family(tmp_path / "worker")
    read_until(supervisor, "hello")

    supervisor.send_signal(ending)
    output, _ = supervisor.communicate(timeout=60)

    assert supervisor.returncode == 0
    assert output.endswith("over\n")
    assert [pid for pid in pids if not is_gone(pid)] == []


def test_run_when_a_child_leaves_its_own_behind_kills_them(start: Start, tmp_path: Path) -> None:
    supervisor = start([("web", script(CARELESS, tmp_path / "web"), 30)])
    pids = family(tmp_path / "web")

    supervisor.send_signal(signal.SIGINT)
    supervisor.communicate(timeout=60)

    assert [pid for pid in pids if not is_gone(pid)] == []


def test_run_when_a_child_ignores_the_signal_kills_it_after_the_grace(start: Start, tmp_path: Path) -> None:
    supervisor = start([("web", script(STUBBORN, tmp_path / "web"), 0.3)])
    pids = family(tmp_path / "web")
    read_until(supervisor, "set")

    supervisor.send_signal(signal.SIGTERM)
    output, _ = supervisor.communicate(timeout=60)

    assert "web | no" in output
    assert "web | did not stop in 0.3 s, killed" in output
    assert [pid for pid in pids if not is_gone(pid)] == []


def test_run_when_signalled_twice_does_not_wait_for_the_grace(start: Start, tmp_path: Path) -> None:
    supervisor = start([("web", script(STUBBORN, tmp_path / "web"), 600)])
    pids = family(tmp_path / "web")
    read_until(supervisor, "set")
    supervisor.send_signal(signal.SIGINT)
    read_until(supervisor, "no")

    supervisor.send_signal(signal.SIGINT)
    supervisor.communicate(timeout=60)

    assert [pid for pid in pids if not is_gone(pid)] == []


def test_run_when_a_child_crashes_starts_it_again(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "web"
    supervisor = start([("web", script(POLITE, path), 30)])
    first = family(path)
    path.unlink()

    psutil.Process(first[0]).kill()
    second = family(path)

    output = read_until(supervisor, "starts again")
    assert output[-1] == "web | ended with SIGKILL, starts again in 0.5 s"
    assert is_gone(first[1])  # the group of the first went with it
    assert second != first


def test_restart_stops_the_child_and_starts_it_again(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "web"
    supervisor = start([("web", script(STUBBORN, path), 0.3), ("worker", script(POLITE, tmp_path / "worker"), 30)])
    first, other = family(path), family(tmp_path / "worker")
    read_until(supervisor, "set")
    path.unlink()
    assert supervisor.stdin is not None

    supervisor.stdin.write("web\n")
    supervisor.stdin.flush()
    second = family(path)

    output = read_until(supervisor, "starts again")
    assert "web    | looks stuck, is restarted" in output
    assert all(is_gone(pid) for pid in first)
    assert not any(is_gone(pid) for pid in second + other)


def test_run_with_a_program_that_is_not_there_keeps_the_others(start: Start, tmp_path: Path) -> None:
    supervisor = start([("bad", ["/no/such/program"], 1), ("web", script(POLITE, tmp_path / "web"), 30)])

    pids = family(tmp_path / "web")

    read_until(supervisor, "cannot start")
    assert not any(is_gone(pid) for pid in pids)


def test_run_prefixes_every_line_with_the_name(start: Start, tmp_path: Path) -> None:
    supervisor = start([("web", script(POLITE, tmp_path / "web"), 30), ("worker", ["echo", "[bold]x[/]"], 30)])

    lines = read_until(supervisor, "worker | [bold]x") + read_until(supervisor, "worker | ended with exit code 0")

    assert "worker | [bold]x[/]" in lines


def test_run_calls_when_started_beside_the_children(start: Start, tmp_path: Path) -> None:
    supervisor = start([("web", script(POLITE, tmp_path / "web"), 30)])

    lines = read_until(supervisor, "beside")

    assert lines[-1] == "beside"


@pytest.mark.parametrize("program", [POLITE, CARELESS, STUBBORN], ids=["polite", "careless", "stubborn"])
def test_run_when_killed_leaves_no_orphan(start: Start, tmp_path: Path, program: str) -> None:
    supervisor = start([(name, script(program, tmp_path / name), 0.3) for name in ("web", "worker")])
    pids = family(tmp_path / "web") + family(tmp_path / "worker")
    wait_until(lambda: len(watchers_of(supervisor)) == 2)
    pids += watchers_of(supervisor)

    supervisor.kill()

    wait_until(lambda: all(is_gone(pid) for pid in pids))


def test_run_when_killed_gives_the_child_its_grace(start: Start, tmp_path: Path) -> None:
    supervisor = start([("web", script(ORDERLY, tmp_path / "web"), 60)])
    pids = family(tmp_path / "web")
    read_until(supervisor, "set")
    wait_until(lambda: watchers_of(supervisor))

    supervisor.kill()

    wait_until((tmp_path / "web.stopped").exists)
    wait_until(lambda: all(is_gone(pid) for pid in pids))
