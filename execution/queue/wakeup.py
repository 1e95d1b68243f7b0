"""How a worker process tells the claiming process of its cluster that it has room again."""

from __future__ import annotations

import os
from contextlib import suppress

PIPE_BYTES = 65536


class Bell:
    """A pipe made before the cluster forks, so that all its processes have both ends.

    No lock is involved: a worker that is killed at any moment cannot leave the others hanging.
    """

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def fileno(self) -> int:
        """For select: readable when somebody rang."""
        return self._read

    def ring(self) -> None:
        """Say that a task ended. A full pipe is loud enough already."""
        with suppress(BlockingIOError):
            os.write(self._write, b".")

    def answer(self) -> int:
        """How often it rang since the last answer."""
        with suppress(BlockingIOError):
            return len(os.read(self._read, PIPE_BYTES))
        return 0


_installed: list[Bell] = []


def install_bell() -> Bell:
    """The bell of this cluster, made by its first process."""
    if not _installed:
        _installed.append(Bell())
    return _installed[0]


def ring_bell() -> None:
    """Say that a task ended; outside a cluster nobody listens."""
    for bell in _installed:
        bell.ring()
