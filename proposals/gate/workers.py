"""Warm child processes, lent to one thread at a time.

Plain `subprocess`, because django-q2 runs us in daemons, which may have no `multiprocessing` children. Safe after a
fork: a forked process forgets its parent's children and starts its own. No orphans: a child ends when its pipe
closes, which the kernel sees to even when we are killed.
"""

from __future__ import annotations

import atexit
import os
import select
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore, Lock

# What a child and we agree on: the length of a message before it, and the status of one that ran out of memory.
LENGTH = struct.Struct(">I")
OUT_OF_MEMORY = 77
_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60
_CHUNK = 65_536
# A child is renewed before fragments of many contents add up in it.
_MOST_JOBS = 2_000
_MOST_ANSWER = 64 * 1024 * 1024
_PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV")


class WorkerLost(Exception):
    """The child ended or did not answer in time. `status` is its exit status, negative for a signal; None in time."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"The worker ended with {status}." if status is not None else "The worker did not answer.")
        self.status = status


class Worker:
    """One child and its two pipes. Not for two threads at once."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start the child and wait until it is warm. Raises WorkerLost, OSError."""
        self.jobs_done = 0
        self._process = subprocess.Popen(
            list(command),
            cwd=_ROOT,
            # Hostile content has no business beside our secrets.
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            bufsize=0,
        )
        pipes = self._process.stdin, self._process.stdout
        if pipes[0] is None or pipes[1] is None:
            raise WorkerLost(None)
        self._jobs, self._answers = pipes[0].fileno(), pipes[1].fileno()
        os.set_blocking(self._jobs, False)
        try:
            self._receive(time.monotonic() + _START_SECONDS)
        except WorkerLost:
            self.end()
            raise

    def ask(self, job: bytes, seconds: float) -> bytes:
        """The answer to one job. Raises WorkerLost when the child ends first or `seconds` pass."""
        deadline = time.monotonic() + seconds
        left = memoryview(LENGTH.pack(len(job)) + job)
        while left:
            self._wait(self._jobs, select.POLLOUT, deadline)
            try:
                left = left[os.write(self._jobs, left[:_CHUNK]) :]
            except OSError:
                raise WorkerLost(self._status()) from None
        answer = self._receive(deadline)
        self.jobs_done += 1
        return answer

    @property
    def is_alive(self) -> bool:
        """False for one that ended while idle, which says nothing about any content."""
        return self._process.poll() is None

    def end(self) -> None:
        """Kill the child and reap it. Idempotent."""
        self._process.kill()
        self._process.wait()
        self.forget()

    def forget(self) -> None:
        """Close our ends of the pipes; in a forked process the child belongs to the parent."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        if self._process.returncode is None:
            self._process.returncode = 0

    def _receive(self, deadline: float) -> bytes:
        size = LENGTH.unpack(self._read(LENGTH.size, deadline))[0]
        if size > _MOST_ANSWER:
            raise WorkerLost(None)
        return self._read(size, deadline)

    def _read(self, size: int, deadline: float) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            self._wait(self._answers, select.POLLIN, deadline)
            part = os.read(self._answers, min(size - len(parts), _CHUNK))
            if not part:
                raise WorkerLost(self._status())
            parts += part
        return bytes(parts)

    def _wait(self, descriptor: int, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        if not poll.poll(max(deadline - time.monotonic(), 0) * 1000):
            raise WorkerLost(None)

    def _status(self) -> int | None:
        """The exit status of a child that closed its pipes: it is ending, so the wait is short."""
        try:
            return self._process.wait(1)
        except subprocess.TimeoutExpired:
            return None


class Workers:
    """Up to `most` warm children of one command, started when first asked for."""

    def __init__(self, command: Sequence[str], most: int) -> None:
        self._command = tuple(command)
        self._most = most
        self._reset()
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.end)

    @contextmanager
    def lend(self) -> Iterator[Worker]:
        """A worker for this thread alone. One that was lost, or did enough, is ended and not lent again."""
        with self._places:
            worker = self._take() or self._start()
            kept = False
            try:
                yield worker
                kept = worker.jobs_done < _MOST_JOBS
            finally:
                self._take_back(worker, kept=kept)

    def end(self) -> None:
        """End the children that nobody has borrowed."""
        while worker := self._take():
            self._take_back(worker, kept=False)

    def _start(self) -> Worker:
        worker = Worker(self._command)
        with self._lock:
            self._all.add(worker)
        return worker

    def _take(self) -> Worker | None:
        while True:
            with self._lock:
                worker = self._idle.pop() if self._idle else None
            if worker is None or worker.is_alive:
                return worker
            self._take_back(worker, kept=False)

    def _take_back(self, worker: Worker, *, kept: bool) -> None:
        with self._lock:
            if kept:
                self._idle.append(worker)
            else:
                self._all.discard(worker)
        if not kept:
            worker.end()

    def _forget(self) -> None:
        """In a forked process: the children, borrowed ones too, are the parent's."""
        for worker in self._all:
            worker.forget()
        self._reset()

    def _reset(self) -> None:
        self._all: set[Worker] = set()
        self._idle: list[Worker] = []
        self._lock = Lock()
        self._places = BoundedSemaphore(self._most)


def python_command(module: str, *arguments: str) -> tuple[str, ...]:
    """This interpreter running a module of ours."""
    return sys.executable, "-m", module, *arguments
