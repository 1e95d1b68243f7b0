"""One PostgreSQL server in one folder: made, started, shared between processes, stopped by its last user."""

import fcntl
import hashlib
import hmac
import os
import re
import secrets
import shlex
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from fsarsite.postgres.account import Account
from fsarsite.postgres.binaries import Binaries
from fsarsite.postgres.errors import AccountUnusable, ClusterError, ClusterInUse, ServerFailed
from fsarsite.postgres.postmaster import is_postmaster, read_postmaster_pid

SUPERUSER = "postgres"
PORT = 5432  # only names the socket file: the server does not listen on the network
LONGEST_SOCKET_FOLDER = 100 - len(f"/.s.PGSQL.{PORT}")  # the kernel's limit is 107 bytes on Linux, 103 on macOS
PATIENCE_SECONDS = 60.0
LOG_BYTES = 10_000_000
CREATE_LOCK = 7_236_511  # any number, as long as it is ours
STILL_IN_USE = "shared memory block"  # what the log says while backends of a killed server are still leaving

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
NO_FSYNC = {"fsync": "off", "full_page_writes": "off"}  # survives a killed server, not a machine that loses power


class Cluster:
    """The server whose data, password and log are in `folder`.

    Every database has a role of the same name that owns it and is no superuser, so what runs in one database cannot
    read another or reach the machine. All methods may be called by many processes at once; start, stop and
    create_database are idempotent. They raise a ClusterError whose one line says what to do.
    """

    def __init__(self, folder: Path, *, fsync: bool = True) -> None:
        self.folder = folder.absolute()
        self.fsync = fsync
        self._data = self.folder / "data"
        self._log = self.folder / "server.log"

    def start(self) -> None:
        """Start the server and wait until it answers. Makes the cluster the first time. Holds the folder's lock."""
        with self._locked("lock"):
            if self.is_running() or self._waited_for_another():
                return
            account = Account.choose(self._data)
            major = self._data / "PG_VERSION"
            binaries = Binaries.find(int(major.read_text()) if major.exists() else None).readable_by(account)
            if not major.exists():
                self._initialise(account, binaries)
            self._launch(account, binaries)

    def stop(self) -> None:
        """Stop the server, disconnecting whoever is connected. Nothing committed is lost."""
        with self._locked("lock"):
            pid = read_postmaster_pid(self._data)
            if pid is None or not is_postmaster(pid, self._data):
                return
            account = Account.choose(self._data)
            binaries = Binaries.find(int((self._data / "PG_VERSION").read_text())).readable_by(account)
            for mode in ("fast", "immediate"):
                if self._pg_ctl(account, binaries, "stop", "-m", mode) == 0:
                    return
        raise ServerFailed(f"PostgreSQL (process {pid}) does not stop: see {self._log}, then kill it")

    def is_running(self) -> bool:
        """Whether the server accepts connections."""
        return PGconn.ping(make_conninfo(host=str(self._socket_folder()), port=PORT).encode()) == Ping.OK

    def url(self, database: str) -> str:
        """A URL for psycopg, as the role that owns `database`. Works before the start; the secret is made on demand."""
        _check_name(database)
        return self._url(database, database, self._password_of(database))

    def create_database(self, name: str) -> None:
        """Make a database and the role that owns it, unless they exist. Starts the server."""
        _check_name(name)
        self.start()
        database, password = sql.Identifier(name), sql.Literal(self._password_of(name))
        with psycopg.connect(self._url("postgres", SUPERUSER, self._secret()), autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [CREATE_LOCK])
            if connection.info.server_version >= 160_000:  # more of them slow down guessing, which 256 bits need not
                connection.execute("SET scram_iterations = 1")
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(database, password))
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, database))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep the server running for the length of a block. Its last user, in any process, stops it."""
        with self._open("users") as users:
            fcntl.flock(users, fcntl.LOCK_SH)  # waits while a last user is stopping it
            try:
                self.start()
                yield
            finally:
                if _locks_alone(users):
                    self.stop()

    def remove(self) -> None:
        """Stop the server and delete its folder with all data. Raises ClusterInUse while someone uses it."""
        if not self.folder.exists():
            return
        with self._open("users") as users:
            if not _locks_alone(users):
                raise ClusterInUse(
                    f"the database in {self.folder} is in use: stop `manage.py up` and other commands first"
                )
            self.stop()
            shutil.rmtree(self.folder)
            if self._socket_folder().exists():
                shutil.rmtree(self._socket_folder())

    def _initialise(self, account: Account, binaries: Binaries) -> None:
        self._secret()
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)  # of an initdb that was killed
        unfinished.mkdir(mode=0o700)
        account.give(unfinished)
        account.give(self.folder / "password")
        locale = ["--locale=C.UTF-8"]
        if binaries.major >= 17:  # Unicode without depending on the machine's locales
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        with (
            self._log.open("ab") as log,
            account.reach(unfinished) as (data, data_descriptor),
            account.reach(self.folder / "password") as (password, password_descriptor),
        ):
            argv = [
                binaries.program("initdb"),
                "-D",
                data,
                "-U",
                SUPERUSER,
                f"--pwfile={password}",
                "--auth=scram-sha-256",
            ]
            argv += ["--encoding=UTF8", *locale, *([] if self.fsync else ["--no-sync"])]
            before = log.tell()
            if account.run(argv, log, [data_descriptor, password_descriptor]) != 0:
                raise ServerFailed(f"initdb failed ({_reason(self._log_since(before))}): see {self._log}")
        unfinished.rename(self._data)

    def _launch(self, account: Account, binaries: Binaries) -> None:
        self._prepare_socket_folder(account)
        settings = SETTINGS | {"unix_socket_directories": str(self._socket_folder())} | ({} if self.fsync else NO_FSYNC)
        options = shlex.join(f"--{name}={value}" for name, value in settings.items())
        if self._log.exists() and self._log.stat().st_size > LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            self._forget_the_dead()
            before = self._log.stat().st_size if self._log.exists() else 0
            if self._pg_ctl(account, binaries, "start", "-o", options) == 0:
                return
            said = self._log_since(before)
            if STILL_IN_USE not in said or time.monotonic() > deadline:
                raise ServerFailed(f"PostgreSQL did not start ({_reason(said)}): see {self._log}")
            time.sleep(0.25)

    def _forget_the_dead(self) -> None:
        """Remove what names a killed server, as a zombie or another program under its number would keep us out.

        Only under the lock and after is_postmaster said no. Backends that still live are seen by the server itself.
        """
        socket = self._socket_folder() / f".s.PGSQL.{PORT}"
        for path in (self._data / "postmaster.pid", socket, socket.with_name(f"{socket.name}.lock")):
            path.unlink(missing_ok=True)

    def _pg_ctl(self, account: Account, binaries: Binaries, action: str, *arguments: str) -> int:
        with self._log.open("ab") as log, account.reach(self._data) as (data, descriptor):
            argv = [binaries.program("pg_ctl"), action, "-s", "-w", "-t", str(int(PATIENCE_SECONDS)), "-D", data]
            return account.run([*argv, *arguments], log, [descriptor], seconds=2 * PATIENCE_SECONDS)

    def _waited_for_another(self) -> bool:
        """Wait for a server that is starting (its starter was killed) or stopping. True when it came up."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (pid := read_postmaster_pid(self._data)) is not None and is_postmaster(pid, self._data):
            if self.is_running():
                return True
            if time.monotonic() > deadline:
                raise ServerFailed(f"PostgreSQL (process {pid}) runs and does not answer: see {self._log}, or kill it")
            time.sleep(0.05)
        return False

    def _socket_folder(self) -> Path:
        """Beside the data, unless the path is too long for a socket, needs quoting, or is closed to another account."""
        beside = self.folder / "socket"
        is_plain = re.fullmatch(r"[\w./-]+", str(beside), re.ASCII) and len(str(beside)) <= LONGEST_SOCKET_FOLDER
        if is_plain and os.geteuid() != 0:
            return beside
        return Path("/tmp") / f"fsarsite-{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]}"  # noqa: S108

    def _prepare_socket_folder(self, account: Account) -> None:
        folder = self._socket_folder()
        if not folder.exists():
            folder.mkdir(mode=0o700)
            account.give(folder)
        if folder.is_symlink() or folder.stat().st_uid != account.uid:
            raise AccountUnusable(f"{folder} was made by someone else and cannot hold our socket: remove it")

    def _url(self, database: str, role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@{quote(str(self._socket_folder()), safe='')}:{PORT}/{database}"

    def _secret(self) -> str:
        """The superuser's password, from a file that only its owner reads. Made on demand."""
        path = self.folder / "password"
        if not path.exists():
            with self._locked("password.lock"):
                if not path.exists():
                    unfinished = path.with_suffix(".unfinished")
                    unfinished.touch(mode=0o600)
                    unfinished.write_text(secrets.token_hex(32))
                    unfinished.rename(path)
        return path.read_text()

    def _password_of(self, role: str) -> str:
        return hmac.new(self._secret().encode(), role.encode(), "sha256").hexdigest()

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        with self._open(name) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _open(self, name: str) -> Iterator[int]:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            remedy = "run as its owner, or set FSARSITE_DATA to another folder"
            raise AccountUnusable(f"{self.folder} cannot be written ({error.strerror}): {remedy}") from error
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _log_since(self, offset: int) -> str:
        return self._log.read_bytes()[offset:].decode(errors="replace")


def _reason(said: str) -> str:
    lines = [line for line in said.splitlines() if "FATAL" in line or "error" in line]
    return lines[-1].strip() if lines else "no reason in its log"


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name) or name == SUPERUSER:
        raise ClusterError(f"{name!r} cannot name a database: use lower-case letters, digits and underscores")


def _locks_alone(descriptor: int) -> bool:
    """Whether nobody else holds the lock. A shared lock held before is given up either way."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
