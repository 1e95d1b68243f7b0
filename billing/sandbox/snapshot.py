"""The state on disk, so that a restart finds the orders' sessions, payments and undelivered webhooks again."""

from __future__ import annotations

import logging
import os
import threading
import time
from pathlib import Path

from billing.sandbox.errors import SandboxRefused
from billing.sandbox.store import Store

_LEAST_PAUSE_SECONDS = 0.2
_PAUSE_PER_WRITE = 5  # a large state is written less often: at most a sixth of the time goes to writing
logger = logging.getLogger(__name__)


class Snapshot:
    """Writes the store to a file a moment after it changed, and once more at the end.

    A write is atomic (a new file, renamed). A kill loses the changes of the last moment, about 0.2 s.
    """

    def __init__(self, store: Store, path: Path) -> None:
        self._store = store
        self._path = path
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-snapshot", daemon=True)

    def load(self) -> None:
        """Take over what the file holds, if there is one. Raises SandboxRefused when it cannot be read."""
        try:
            self._store.load(self._path.read_text("utf-8"))
        except FileNotFoundError:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except (OSError, UnicodeDecodeError, SandboxRefused) as error:
            raise SandboxRefused(
                f"cannot use the snapshot {self._path} ({error}): delete it to start afresh"
            ) from error

    def start(self) -> None:
        """Write from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and end."""
        self._stopping.set()
        self._store.changed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._store.changed.wait()
            self._store.changed.clear()
            began = time.monotonic()
            self._try_write()
            self._stopping.wait(max(_LEAST_PAUSE_SECONDS, _PAUSE_PER_WRITE * (time.monotonic() - began)))
        self._try_write()

    def _try_write(self) -> None:
        try:
            self._write(self._store.dump())
        except OSError as error:  # a full disk must not end the writing for good
            logger.warning("cannot write %s: %s", self._path, error)
            self._store.changed.set()

    def _write(self, text: str) -> None:
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
