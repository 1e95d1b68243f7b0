"""Child processes that live and die with us: started, watched, restarted, stopped without an orphan."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from rich.console import Console
from rich.text import Text

POLL_SECONDS = 0.05
FIRST_BACKOFF_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 30.0
STEADY_SECONDS = 30.0  # a child that ran this long starts again without a back-off
COLOURS = ("cyan", "magenta", "green", "yellow", "blue")

# Reads a pipe that only the supervisor holds open. Its end is the supervisor's end, of whatever kind: then stop the
# child as the supervisor would have. A shell, because it costs nothing while it waits.
WATCHER = """
read -r _
kill -s "$1" "$2"
tenths=0
while [ "$tenths" -lt "$3" ] && kill -s 0 "$2"; do sleep 0.1; tenths=$((tenths + 1)); done
kill -s KILL -- "-$2"
"""


@dataclass(frozen=True, slots=True)
class Child:
    """A program to keep running. `env` is added to ours; the stop signal goes to the program, not to its group."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 10.0


class Supervisor:
    """Runs children, each in a session of its own, until SIGINT, SIGTERM or SIGHUP.

    A child that ends is started again, after a growing pause when it ends soon. A child that outlasts its grace is
    killed with its whole group; a second signal kills at once. Should we be killed ourselves, a watcher beside each
    child stops it. A child that starts sessions of its own has to look after those itself.
    """

    def __init__(self, children: Sequence[Child], console: Console | None = None) -> None:
        self._console = console or Console(soft_wrap=True, highlight=False)
        width = max(len(child.name) for child in children)
        self._running = [
            _Running(child, Text(f"{child.name:<{width}} | ", style=COLOURS[number % len(COLOURS)]), self._console)
            for number, child in enumerate(children)
        ]
        self._signals = 0

    def run(self, when_started: Callable[[], None] | None = None) -> None:
        """Start the children and return when a signal has stopped them all. Call it from the main thread.

        `when_started` runs in a thread beside them.
        """
        before = {name: signal.signal(name, self._note) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            for running in self._running:
                running.start()
            if when_started is not None:
                threading.Thread(target=when_started, daemon=True).start()
            while not self._signals:
                for running in self._running:
                    running.tend()
                time.sleep(POLL_SECONDS)
        finally:
            self._stop()
            for name, handler in before.items():
                signal.signal(name, handler)

    def restart(self, name: str, reason: str) -> None:
        """Stop a child as a signal would, with grace, and start it again. From any thread; does not wait for it."""
        self._child(name).restart_reason = reason

    def seconds_up(self, name: str) -> float:
        """How long a child has been running this time; 0 while it does not."""
        return self._child(name).seconds_up()

    def _child(self, name: str) -> _Running:
        return next(running for running in self._running if running.name == name)

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        self._signals += 1

    def _stop(self) -> None:
        for running in self._running:
            running.ask_to_stop()
        while any(running.is_alive() for running in self._running):
            for running in self._running:
                running.kill_if_overdue(at_once=self._signals > 1)
            time.sleep(POLL_SECONDS)
        for running in self._running:
            running.clear()


class _Running:
    """One child, and the processes and thread that go with it."""

    def __init__(self, child: Child, prefix: Text, console: Console) -> None:
        self._child = child
        self._prefix = prefix
        self._console = console
        self._process: subprocess.Popen[str] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._started_at = 0.0
        self._stop_by = 0.0
        self._backoff = FIRST_BACKOFF_SECONDS
        self._start_at: float | None = None
        self._is_restarting = False
        self.restart_reason = ""

    @property
    def name(self) -> str:
        return self._child.name

    def seconds_up(self) -> float:
        return time.monotonic() - self._started_at if self.is_alive() else 0.0

    def start(self) -> None:
        self._start_at = None
        self._is_restarting = False
        self._started_at = time.monotonic()
        try:
            self._process = subprocess.Popen(
                self._child.argv,
                env=os.environ | {"PYTHONUNBUFFERED": "1"} | dict(self._child.env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,  # the terminal's Ctrl-C is ours alone
            )
        except OSError as error:
            self._schedule_restart(f"cannot start ({error})")
            return
        tenths = str(round(self._child.grace_seconds * 10))
        self._watcher = subprocess.Popen(
            ["/bin/sh", "-c", WATCHER, "watcher", self._child.stop_signal.name[3:], str(self._process.pid), tenths],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._copy_output, args=[self._process], daemon=True)
        self._reader.start()

    def tend(self) -> None:
        if self.restart_reason and self.is_alive():
            self._print(f"{self.restart_reason}, is restarted")
            self._is_restarting = True
            self.ask_to_stop()
        self.restart_reason = ""
        if self._is_restarting:
            self.kill_if_overdue(at_once=False)
        self._restart_if_ended()

    def _restart_if_ended(self) -> None:
        if self._start_at is not None:
            if time.monotonic() >= self._start_at:
                self.start()
        elif self._process is not None and self._process.poll() is not None:
            ending = _describe(self._process.returncode)
            self.clear()
            if self._is_restarting:
                self._print(f"ended with {ending}, starts again")
                self.start()
            else:
                self._schedule_restart(f"ended with {ending}")

    def ask_to_stop(self) -> None:
        self._stop_by = time.monotonic() + self._child.grace_seconds
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(self._child.stop_signal)

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill_if_overdue(self, *, at_once: bool) -> None:
        if self._process is not None and self.is_alive() and (at_once or time.monotonic() > self._stop_by):
            if not at_once:
                self._print(f"did not stop in {self._child.grace_seconds:g} s, killed")
            _kill_group(self._process.pid)

    def clear(self) -> None:
        """After the end: kill what the child left in its group, take in its last output, dismiss the watcher."""
        if self._process is None or self._watcher is None or self._reader is None:
            return
        _kill_group(self._process.pid)
        self._watcher.kill()
        self._watcher.communicate()
        self._reader.join(timeout=2)  # longer only when someone outside the group holds the pipe
        self._process = self._watcher = self._reader = None

    def _schedule_restart(self, reason: str) -> None:
        if time.monotonic() - self._started_at > STEADY_SECONDS:
            self._backoff = FIRST_BACKOFF_SECONDS
        self._print(f"{reason}, starts again in {self._backoff:g} s")
        self._start_at = time.monotonic() + self._backoff
        self._backoff = min(2 * self._backoff, LONGEST_BACKOFF_SECONDS)

    def _copy_output(self, process: subprocess.Popen[str]) -> None:
        if process.stdout is None:
            return
        with process.stdout as lines:
            for line in lines:
                self._print(line.rstrip("\n"))

    def _print(self, line: str) -> None:
        try:
            self._console.print(self._prefix + Text.from_ansi(line))
        except OSError:  # nobody reads our output any more; the child must not block on a full pipe for that
            self._console.quiet = True


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # nobody is left; macOS says the latter for a group of zombies
        return


def _describe(returncode: int) -> str:
    return signal.Signals(-returncode).name if returncode < 0 else f"exit code {returncode}"
