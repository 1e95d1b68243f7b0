"""What goes wrong, when, and how often."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rich.console import Console

from bench.chaos.disk import Disk
from bench.chaos.host import Host
from bench.chaos.server import Server

STARTS_BETWEEN_KILLS = 4
LONGEST_PAUSE_SECONDS = 15.0
AIM_SECONDS = 1.0
"""A kill comes after one to four starts of tasks, so that slow machines get on too, and at any moment after those."""
FULL_SECONDS = 8.0
STILL_SECONDS = 7.0
TICK_SECONDS = 0.1
UNFINISHED = "SELECT count(*) FROM execution_tasks WHERE status NOT IN ('succeeded', 'failed', 'cancelled')"
IN_FLIGHT = "SELECT kind, count(*) FROM execution_tasks WHERE status IN ('leased', 'running') GROUP BY kind"
AT_WORK = """
SELECT count(DISTINCT note) FROM execution_taskevent
WHERE name = 'started' AND created_at > clock_timestamp() - interval '5 seconds'
"""
STARTS = """
SELECT count(*), max(created_at) - %(since)s FROM execution_taskevent
WHERE name = 'started' AND created_at > %(since)s
"""
HALT = """
INSERT INTO execution_executioncontrol (id, is_halted, reason, changed_at) VALUES (1, true, 'chaos', now())
ON CONFLICT (id) DO UPDATE SET is_halted = true
"""
FREEZE = """
INSERT INTO execution_freeze (starts_at, ends_at, reason)
VALUES (now(), now() + make_interval(secs => %s), 'chaos')
"""


@dataclass(frozen=True, slots=True)
class Stop:
    """A time in which nothing may start. ``last_start``: seconds after its beginning, 0 for none; ``left``: queued."""

    name: str
    starts: int
    last_start: float
    left: int


@dataclass
class Mischief:
    """Makes it, one thing after the other, until all tasks have ended."""

    chance: random.Random
    server: Server
    hosts: Sequence[Host]
    disk: Disk
    console: Console
    done: Counter[str] = field(default_factory=Counter)
    stops: list[Stop] = field(default_factory=list)
    most_at_once: Counter[str] = field(default_factory=Counter)
    samples: int = 0
    kill_after: int = 1
    kill_at: float = float("inf")

    def make(self, size: int, *, patience: float) -> bool:
        """Whether all tasks ended within the patience, in seconds."""
        big: list[tuple[float, Callable[[], None]]] = [
            (0.15, self._crash_server),
            (0.35, self._fill_disk),
            (0.50, self._halt),
            (0.60, self._freeze),
            (0.75, self._crash_server),
        ]
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            left = self._look()
            if not left:
                return True
            if big and size - left >= big[0][0] * size:
                big.pop(0)[1]()
            elif self._is_time_to_kill():
                time.sleep(self.chance.uniform(0, AIM_SECONDS))
                self._kill()
            time.sleep(TICK_SECONDS)
        return False

    def _ensure_server(self) -> None:
        if self.server.ensure_running():
            self._note("PostgreSQL gave up by itself and was started")

    def _is_time_to_kill(self) -> bool:
        started = int(self.server.value("SELECT count(*) FROM execution_taskevent WHERE name = 'started'"))
        if started < self.kill_after and time.monotonic() < self.kill_at:
            return False
        self.kill_after = started + self.chance.randint(1, STARTS_BETWEEN_KILLS)
        self.kill_at = time.monotonic() + LONGEST_PAUSE_SECONDS
        return True

    def _look(self) -> int:
        """Keep everything up that a service manager would, sample what is in flight, count what has not ended."""
        for host in self.hosts:
            host.tend()
        self._ensure_server()
        self.samples += 1
        for kind, count in self.server.ask(IN_FLIGHT):
            self.most_at_once[kind] = max(self.most_at_once[kind], count)
        return int(self.server.value(UNFINISHED))

    def _kill(self) -> None:
        host = self.chance.choice(self.hosts)
        kinds = [
            lambda: host.kill_one(self.chance),
            lambda: host.freeze_one(self.chance),
            host.kill_supervisor,
            host.kill_all,
        ]
        (kill,) = self.chance.choices(kinds, weights=[80, 10, 5, 5])
        if what := kill():
            self.done[what] += 1

    def _crash_server(self) -> None:
        self.server.crash()
        time.sleep(self.chance.uniform(0.5, 3.0))
        self.server.ensure_running()
        self._note("PostgreSQL crashed and started")

    def _fill_disk(self) -> None:
        if not self.disk.is_small:
            return
        self.disk.fill()
        ends_at = time.monotonic() + FULL_SECONDS
        while time.monotonic() < ends_at:
            for host in self.hosts:
                host.tend()
            if self.chance.random() < 0.1:
                self._kill()
            time.sleep(TICK_SECONDS)
        self.disk.free()
        self._ensure_server()
        self._note("disk full")

    def _halt(self) -> None:
        self._hold_still("kill switch", lambda: self.server.ask(HALT))
        self.server.ask("UPDATE execution_executioncontrol SET is_halted = false")

    def _freeze(self) -> None:
        self._hold_still("freeze", lambda: self.server.ask(FREEZE, [STILL_SECONDS + 1]))

    def _hold_still(self, name: str, begin: Callable[[], object]) -> None:
        self._await_work()
        begin()
        since = self.server.value("SELECT clock_timestamp()")
        ends_at = time.monotonic() + STILL_SECONDS
        while time.monotonic() < ends_at:
            self._look()
            time.sleep(TICK_SECONDS)
        ((starts, last),) = self.server.ask(STARTS, {"since": since})
        left = int(self.server.value(UNFINISHED))
        self.stops.append(Stop(name, int(starts), last.total_seconds() if last else 0.0, left))
        self._note(name)

    def _await_work(self) -> None:
        """Both hosts at work again: what is stopped has to be under way."""
        while self._look() and self.server.value(AT_WORK) < len(self.hosts):
            time.sleep(TICK_SECONDS)

    def _note(self, what: str) -> None:
        self.done[what] += 1
        self.console.print(f"[dim]{what}, {self.server.value(UNFINISHED)} tasks left[/]")
