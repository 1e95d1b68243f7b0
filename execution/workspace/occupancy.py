"""Who is at work in the workspace: one process of this machine at a time, whatever became of its database session."""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from execution.failures import TransientFailure

NAME = "fsarsite-at-work"
PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.1
logger = logging.getLogger(__name__)


@contextmanager
def occupied(git_folder: Path) -> Iterator[None]:
    """Be alone in the repository for the length of a block. The kernel ends it with the process, however that dies.

    One that died within left its mark; then the lock files that git made since are cleared away, which would keep
    everybody out for good. Raises TransientFailure when somebody else does not leave within 30 s, and OSError.
    """
    descriptor = os.open(git_folder / NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _wait_for_turn(descriptor)
        left = os.fstat(descriptor)
        if left.st_size:
            _clear_away(git_folder, since=left.st_mtime)
        os.pwrite(descriptor, b"at work\n", 0)
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _wait_for_turn(descriptor: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        if time.monotonic() > deadline:
            raise TransientFailure("an earlier task is still at work in the workspace")
        time.sleep(_POLL_SECONDS)


def _clear_away(git_folder: Path, *, since: float) -> None:
    """Remove git's lock files that are not older than the mark: the one who made them is dead."""
    for lock in [*git_folder.glob("*.lock"), *(git_folder / "refs").rglob("*.lock")]:
        with suppress(FileNotFoundError):
            if lock.lstat().st_mtime >= since:
                lock.unlink()
                logger.warning("%s was left by a worker that was killed, and is removed", lock)
