"""What a queue has to be able to do to take part."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from bench.job import Job

WORKERS = 2


class Contender(ABC):
    """One queue. ``DATABASE_URL`` names a database of its own on the shared server.

    ``prepare``, ``enqueue`` and ``work`` each run in a process of their own: ``python -m bench.drive NAME …``.
    """

    name: str
    title: str
    unfinished: str
    """A query that counts the jobs that it still has to look after; acknowledged early means finished early."""

    def left_out(self) -> str:
        """Why it cannot take part here; empty when it can."""
        return ""

    def environment(self, folder: Path) -> dict[str, str]:  # noqa: ARG002
        """Variables that all its processes need. ``folder`` is its own."""
        return {}

    def services(self, folder: Path) -> list[list[str]]:  # noqa: ARG002
        """Servers that it needs beside PostgreSQL, as command lines."""
        return []

    @abstractmethod
    def prepare(self) -> None:
        """Make its tables."""

    @abstractmethod
    def enqueue(self, jobs: Sequence[Job]) -> None:
        """Queue the jobs in its own best way: in bulk, if it can."""

    def workers(self) -> list[list[str]]:
        """The command lines that together make two workers."""
        return [[sys.executable, "-m", "bench.drive", self.name, "work"]]

    @abstractmethod
    def work(self) -> None:
        """Run jobs until SIGTERM."""
