"""pg_dump and pg_restore: finding them, and running them without a secret on a command line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict

from execution.failures import PermanentFailure, TransientFailure, says_that_it_may_pass
from fsarsite.postgres import ClusterError
from fsarsite.postgres.binaries import Binaries

_SECONDS = 120
_ENVIRONMENT = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


def programs_for(server: int) -> Path:
    """The folder with a pg_dump that is new enough to read a server of this major version. Raises PermanentFailure."""
    for folder in _folders(os.environ.get("PG_BIN"), os.environ.get("PATH")):
        if (major := _major(folder / "pg_dump")) and major >= server and (folder / "pg_restore").exists():
            return folder
    raise PermanentFailure(
        f"the rehearsal needs pg_dump and pg_restore of PostgreSQL {server} or later: install them, or set PG_BIN"
    )


def run_program(
    argv: Sequence[str | Path],
    conninfo: str,
    *,
    reads: IO[bytes] | int = subprocess.DEVNULL,
    writes: IO[bytes] | int = subprocess.DEVNULL,
) -> None:
    """Run a client program. What connects it goes through the environment: command lines are public.

    Raises PermanentFailure with the first error that it prints, TransientFailure when that may pass.
    """
    given = conninfo_to_dict(conninfo)
    environment = {name: str(given[key]) for key, name in _ENVIRONMENT.items() if given.get(key)}
    try:
        done = subprocess.run(
            argv,
            env={"PATH": os.defpath, "LC_ALL": "C", "PGCONNECT_TIMEOUT": "10", **environment},
            stdin=reads,
            stdout=writes,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PermanentFailure(
            f"the scratch copy was not ready within {_SECONDS} s; run this change by hand"
        ) from error
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines()[-1:]
        said = lines[0].strip() if lines else f"exit code {done.returncode}"
        failure = TransientFailure if says_that_it_may_pass(done.stderr) else PermanentFailure
        raise failure(f"the rehearsal could not copy the target: {said}")


@lru_cache(maxsize=8)
def _folders(_pg_bin: str | None, path: str | None) -> tuple[Path, ...]:
    """Looked for once in each environment, for it costs a process."""
    found = []
    with suppress(ClusterError):  # a server of somebody else's, and only its client programs here
        found.append(Binaries.find().folder)
    if program := shutil.which("pg_dump", path=path):
        found.append(Path(program).parent)
    return tuple(found)


def _major(program: Path) -> int | None:
    try:
        return _version(program, program.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=8)
def _version(program: Path, _changed: int) -> int | None:
    """Asked once for each program, for it costs a process."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(match[1]) if match else None
