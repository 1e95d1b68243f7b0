"""A small disk of its own, so that it can be full without harming anyone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

INSIDE = "BENCH_CHAOS_MOUNTS"
"""Set in the process that has mounts of its own, which nobody else sees and which end with it."""


def enter_own_mounts(argv: Sequence[str]) -> None:
    """Begin again in a mount namespace of our own, when this process may have one. Returns when it has, or may not."""
    if os.geteuid() == 0 and INSIDE not in os.environ and shutil.which("unshare"):
        command = ["unshare", "--mount", "--propagation", "private", sys.executable, "-m", "bench", "chaos", *argv]
        os.execvpe(command[0], command, os.environ | {INSIDE: "1"})


class Disk:
    """A folder; a file system in memory when ``is_small``, which alone can be filled."""

    def __init__(self, folder: Path, *, megabytes: int) -> None:
        self.folder = folder
        self.is_small = INSIDE in os.environ
        self._megabytes = megabytes
        self._ballast = folder / "ballast"

    @contextmanager
    def mounted(self) -> Iterator[None]:
        """The disk, for the length of a block."""
        self.folder.mkdir()
        if self.is_small:
            size = f"size={self._megabytes}m,mode=0755"
            subprocess.run(["mount", "-t", "tmpfs", "-o", size, "chaos", str(self.folder)], check=True)
        try:
            yield
        finally:
            if self.is_small:
                subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    def fill(self) -> None:
        """Leave not a byte."""
        room = os.statvfs(self.folder)
        with self._ballast.open("wb", buffering=0) as file, suppress(OSError):
            os.posix_fallocate(file.fileno(), 0, max(1, room.f_bavail - 64) * room.f_frsize)
            file.seek(0, os.SEEK_END)
            while True:
                file.write(b"\0" * room.f_frsize)

    def free(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)
