"""The PostgreSQL under test."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from fsarsite.postgres import Cluster, ClusterError
from fsarsite.postgres.postmaster import is_postmaster, read_postmaster_pid

OWN, TARGET, EXPECTED = "chaos", "chaos_target", "chaos_expected"
PATIENCE_SECONDS = 90.0


class Server:
    """A cluster that can be crashed. ``ask`` waits for it to come back."""

    def __init__(self, folder: Path) -> None:
        self.cluster = Cluster(folder)
        self._data = folder / "data"

    def prepare(self) -> None:
        """Make the databases: ours, the target, and what the target is to look like in the end."""
        for name in (OWN, TARGET, EXPECTED):
            self.cluster.create_database(name)

    def url(self, database: str = OWN) -> str:
        """For the role that owns the database."""
        return self.cluster.url(database)

    def crash(self) -> None:
        """End it at once, as a power cut would: no checkpoint, and what was not on its way to the disk is lost."""
        pid = read_postmaster_pid(self._data)
        if pid is not None and is_postmaster(pid, self._data):
            os.kill(pid, signal.SIGQUIT)
            while is_postmaster(pid, self._data):
                time.sleep(0.02)

    def ensure_running(self) -> bool:
        """Start it when it is down, as its service manager would; True when it was."""
        if self.cluster.is_running():
            return False
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with suppress(ClusterError):
                self.cluster.start()
                return True
            time.sleep(0.5)
        self.cluster.start()
        return True

    def ask(self, query: str, parameters: Any = None, *, database: str = OWN) -> list[tuple[Any, ...]]:
        """The rows; asked again until the server answers. For reads, and for writes that may happen twice."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with psycopg.connect(self.url(database), autocommit=True, connect_timeout=5) as connection:
                    cursor = connection.execute(query.encode(), parameters)
                    return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def value(self, query: str, parameters: Any = None, *, database: str = OWN) -> Any:
        """The one value of a query."""
        return self.ask(query, parameters, database=database)[0][0]
