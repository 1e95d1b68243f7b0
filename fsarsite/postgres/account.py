"""The operating system account the server runs as. PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fsarsite.postgres.errors import AccountUnusable

UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """Whoever runs the server. `is_other` when root has to drop its privileges to become it."""

    uid: int
    gid: int
    is_other: bool

    @classmethod
    def choose(cls, data: Path) -> "Account":
        """The owner of existing data, else the current user, else (for root) `postgres` or `nobody`.

        Raises AccountUnusable when the data belongs to someone we cannot become.
        """
        if data.exists():
            owner = data.stat()
            if os.geteuid() not in (0, owner.st_uid):
                raise AccountUnusable(f"{data} belongs to user id {owner.st_uid}: run as that user, or remove {data}")
            if owner.st_uid != 0:
                return cls(owner.st_uid, owner.st_gid, is_other=os.geteuid() == 0)
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), is_other=False)
        return cls._unprivileged()

    @classmethod
    def _unprivileged(cls) -> "Account":
        for name in UNPRIVILEGED:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid, is_other=True)
        raise AccountUnusable(
            "PostgreSQL refuses to run as root and there is no account postgres or nobody: run as a user"
        )

    def give(self, path: Path) -> None:
        """Make the account the owner of one file or folder (not of what is in it)."""
        if self.is_other:
            os.chown(path, self.uid, self.gid)

    @contextmanager
    def reach(self, path: Path) -> Iterator[tuple[str, int | None]]:
        """A name under which the account can open `path`, and the descriptor it rests on.

        The account may not be allowed to walk the folders above (a 0700 home, pytest's temporary folder). An inherited
        descriptor reaches the folder without the walk, and nobody's permissions have to be widened.
        """
        if not self.is_other:
            yield str(path), None
            return
        descriptor = os.open(path, os.O_RDONLY)
        try:
            yield f"/proc/self/fd/{descriptor}", descriptor
        finally:
            os.close(descriptor)

    def run(
        self, argv: Sequence[str], output: IO[bytes] | int, descriptors: Sequence[int | None] = (), seconds: float = 120
    ) -> int:
        """Run a program as the account and return its exit code. Raises OSError when it cannot be executed."""
        completed = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",  # the current folder may be closed to the account
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            user=self.uid if self.is_other else None,
            group=self.gid if self.is_other else None,
            extra_groups=[] if self.is_other else None,
            pass_fds=[descriptor for descriptor in descriptors if descriptor is not None],
            start_new_session=True,  # Ctrl-C in our terminal is not for the server
            timeout=seconds,
            check=False,
        )
        return completed.returncode

    def can_run(self, program: Path) -> bool:
        try:
            return self.run([str(program), "--version"], subprocess.DEVNULL) == 0
        except OSError:
            return False
