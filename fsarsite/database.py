"""Which PostgreSQL we use: the server that ``DATABASE_URL`` names, else an embedded one in the data folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fsarsite.postgres import Cluster

BASE_DIR = Path(__file__).resolve().parent.parent
DATABASE = "fsarsite"
TARGET_DATABASE = "fsarsite_target"


def data_folder() -> Path:
    """The one git-ignored folder that holds everything a run leaves behind."""
    return Path(os.environ.get("FSARSITE_DATA") or BASE_DIR / ".data").resolve()


def embedded_cluster() -> Cluster | None:
    """The embedded cluster of this checkout, or None when ``DATABASE_URL`` names a server."""
    return None if os.environ.get("DATABASE_URL") else Cluster(data_folder() / "postgres")


def database_urls() -> tuple[str, str | None]:
    """The URLs of our own database and of the target database that approved SQL changes."""
    cluster = embedded_cluster()
    own = os.environ.get("DATABASE_URL") if cluster is None else cluster.url(DATABASE)
    target = os.environ.get("TARGET_DATABASE_URL") or (cluster.url(TARGET_DATABASE) if cluster else None)
    return str(own), target


@contextmanager
def running_database() -> Iterator[None]:
    """Keep the embedded server up, with both databases in it, for the length of a block; the last user stops it.

    Does nothing when ``DATABASE_URL`` names a server. Raises ClusterError.
    """
    cluster = embedded_cluster()
    if cluster is None:
        yield
        return
    with cluster.in_use():
        for name in (DATABASE, TARGET_DATABASE):
            cluster.create_database(name)
        yield
