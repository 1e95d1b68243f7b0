"""A PostgreSQL of the test run's own, unless DATABASE_URL names one. Loaded early, with ``-p tests.plugins.postgres``.

Settings read the environment when they are imported, so the server must be up before pytest-django imports them.
xdist's workers inherit the environment, find DATABASE_URL set and use the controller's server.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from fsarsite.database import DATABASE, TARGET_DATABASE
from fsarsite.postgres import Cluster, ClusterError


@pytest.hookimpl(wrapper=True)  # a wrapper runs before pytest-django's implementation of the same hook
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    os.environ.setdefault("FSARSITE_ENV", "test")
    wanted = early_config.known_args_namespace
    if not (wanted.help or wanted.version):
        if not os.environ.get("DATABASE_URL"):
            _start_cluster(early_config)
        elif not os.environ.get("TARGET_DATABASE_URL"):
            _make_target_beside(os.environ["DATABASE_URL"])
    return (yield)


def _start_cluster(config: pytest.Config) -> None:
    folder = Path(tempfile.mkdtemp(prefix="fsarsite-tests-"))
    cluster = Cluster(folder / "postgres", fsync=False)
    guard = _guard(folder)
    config.add_cleanup(lambda: _end(guard))
    try:
        for variable, database in (("DATABASE_URL", DATABASE), ("TARGET_DATABASE_URL", TARGET_DATABASE)):
            cluster.create_database(database)
            os.environ[variable] = cluster.url(database)
    except ClusterError as error:
        raise pytest.UsageError(str(error)) from error


def _make_target_beside(url: str) -> None:
    """A target database on the server that was given, named so that no real one can be meant."""
    with psycopg.connect(url, autocommit=True) as connection:
        name = f"test_{connection.info.dbname}_target"
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    os.environ["TARGET_DATABASE_URL"] = urlsplit(url)._replace(path=f"/{name}").geturl()


def _guard(folder: Path) -> subprocess.Popen[bytes]:
    """A process that removes the cluster once its standard input closes: at our end, whatever kind of end it is."""
    script = (
        "import pathlib, sys; from fsarsite.postgres import Cluster; sys.stdin.read(); "
        "folder = pathlib.Path(sys.argv[1]); Cluster(folder / 'postgres').remove(); folder.rmdir()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script, folder],
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the tests
        cwd=Path(__file__).resolve().parents[2],
    )


def _end(guard: subprocess.Popen[bytes]) -> None:
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("TARGET_DATABASE_URL", None)
    guard.communicate()
