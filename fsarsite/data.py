"""The data folder: kept while something runs on it, emptied by `make reset` (``python -m fsarsite.data``)."""

from __future__ import annotations

import fcntl
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from fsarsite.database import data_folder
from fsarsite.postgres import Cluster, ClusterError

# Nothing else is ever deleted, whatever FSARSITE_DATA names.
OURS = ("postgres", "workspace", "log", "secrets", "sandbox", "mail")
LOCK = "up.lock"


class DataInUse(Exception):
    """`manage.py up` is running on the data folder."""


@contextmanager
def keep_data() -> Iterator[None]:
    """Make empty_data refuse for the length of a block. Many may hold it at once."""
    folder = data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def empty_data() -> None:
    """Stop the embedded server and delete it, the workspace and the logs. Asks nothing; idempotent.

    Raises DataInUse or ClusterError, with everything left as it was, while something uses them.
    """
    folder = data_folder()
    if not folder.exists():
        return
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataInUse(f"`manage.py up` is running on {folder}: stop it first (Ctrl-C where it runs)") from None
        Cluster(folder / "postgres").remove()
        for name in OURS:
            shutil.rmtree(folder / name, ignore_errors=True)


if __name__ == "__main__":
    try:
        empty_data()
    except (DataInUse, ClusterError) as error:
        sys.exit(f"reset: {error}")
    sys.stdout.write(f"emptied {data_folder()}\n")
