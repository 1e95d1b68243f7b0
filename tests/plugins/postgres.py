"""A PostgreSQL of the test run's own, unless DATABASE_URL names one. Loaded early, with ``-p tests.plugins.postgres``.

Settings read the environment when they are imported, so the server must be up before pytest-django imports them.
xdist's workers inherit the environment, find DATABASE_URL set and use the controller's server.
"""

import os
import shutil
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
from fsarsite.postgres.cluster import SUPERUSER

ROOT = Path(__file__).resolve().parents[2]
MEMORY_BYTES = 3 * 1024**3
# What the tests' own server need not do: keep what was committed when it is killed, tidy up, compile queries.
HASTE = {"synchronous_commit": "off", "autovacuum": "off", "jit": "off", "checkpoint_timeout": "1h"}
MIGRATE = "import django; django.setup(); from fsarsite.djstripe_schema import migrate_if_needed; migrate_if_needed()"


@pytest.hookimpl(wrapper=True)  # a wrapper runs before pytest-django's implementation of the same hook
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    os.environ.setdefault("FSARSITE_ENV", "test")
    wanted = early_config.known_args_namespace
    is_first = "TEST_TEMPLATE" not in os.environ  # and no worker of xdist's
    if is_first and not (wanted.help or wanted.version):
        _keep_files_in_memory()
        if not os.environ.get("DATABASE_URL"):
            _start_cluster(early_config)
        elif not os.environ.get("TARGET_DATABASE_URL"):
            os.environ["TARGET_DATABASE_URL"] = _database_beside(os.environ["DATABASE_URL"], "target")
        _make_template(os.environ["DATABASE_URL"])
    return (yield)


def _keep_files_in_memory() -> None:
    """Databases, repositories and profiles, where there is room: the tests make a thousand, and disks are slow."""
    memory = Path("/dev/shm")
    if "TMPDIR" not in os.environ and memory.is_dir() and shutil.disk_usage(memory).free > MEMORY_BYTES:
        os.environ["TMPDIR"] = str(memory)
        tempfile.tempdir = None  # to be looked up again


def _start_cluster(config: pytest.Config) -> None:
    folder = Path(tempfile.mkdtemp(prefix="fsarsite-tests-"))
    cluster = Cluster(folder / "postgres", fsync=False)
    guard = _guard(folder)
    config.add_cleanup(lambda: _end(guard))
    try:
        for variable, database in (("DATABASE_URL", DATABASE), ("TARGET_DATABASE_URL", TARGET_DATABASE)):
            cluster.create_database(database)
            os.environ[variable] = cluster.url(database)
        _prepare(cluster, DATABASE)
    except ClusterError as error:
        raise pytest.UsageError(str(error)) from error


def _prepare(cluster: Cluster, role: str) -> None:
    """Make haste, and let the role put triggers aside for `tests.plugins.flushing`; the product's roles may not."""
    with psycopg.connect(cluster._url("postgres", SUPERUSER, cluster._secret()), autocommit=True) as connection:
        for name, value in HASTE.items():
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
        connection.execute("SELECT pg_reload_conf()")
        if connection.info.server_version >= 150000:
            grant = sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(sql.Identifier(role))
            connection.execute(grant)


def _database_beside(url: str, role: str) -> str:
    """The URL of a database on the server that was given, made if need be, named so that no real one can be meant."""
    with psycopg.connect(url, autocommit=True) as connection:
        name = f"test_{connection.info.dbname}_{role}"
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _make_template(url: str) -> None:
    """A migrated database, which the workers copy: migrations take seconds, a copy a tenth of one."""
    with psycopg.connect(url, autocommit=True) as connection:
        name = sql.Identifier(f"test_{connection.info.dbname}_template")
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
    template = _database_beside(url, "template")
    made = subprocess.run(
        [sys.executable, "-c", MIGRATE],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": template, "DJANGO_SETTINGS_MODULE": "fsarsite.settings"},
        check=False,
    )
    if made.returncode:
        raise pytest.UsageError("the test database could not be migrated: see above")
    os.environ["TEST_TEMPLATE"] = urlsplit(template).path.removeprefix("/")


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
        cwd=ROOT,
    )


def _end(guard: subprocess.Popen[bytes]) -> None:
    for variable in ("DATABASE_URL", "TARGET_DATABASE_URL", "TEST_TEMPLATE"):
        os.environ.pop(variable, None)
    guard.communicate()
