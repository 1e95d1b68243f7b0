"""Whether the process that a postmaster.pid names really is the server of that data folder."""

import subprocess
from pathlib import Path


def read_postmaster_pid(data: Path) -> int | None:
    """The process id in the data folder's pid file, None when there is none."""
    try:
        first, *_ = (data / "postmaster.pid").read_text().split("\n", 1)
        return int(first)
    except (FileNotFoundError, ValueError):
        return None


def is_postmaster(pid: int, data: Path) -> bool:
    """Whether the process lives and serves `data`. False for a zombie and for a stranger under a reused number."""
    process = Path(f"/proc/{pid}")
    if not Path("/proc/self").exists():
        return _runs_postgres_by_ps(pid)
    try:
        return (process / "cwd").samefile(data)  # the server's current folder; a zombie has none
    except PermissionError:  # another account's, or root in a container that may not trace
        return _runs_postgres_as_owner(process, data)
    except OSError:
        return False


def _runs_postgres_as_owner(process: Path, data: Path) -> bool:
    try:
        name, _, state = (process / "stat").read_text().rpartition(")")
        return name.endswith("(postgres") and "Z" not in state[:3] and process.stat().st_uid == data.stat().st_uid
    except OSError:
        return False


def _runs_postgres_by_ps(pid: int) -> bool:
    listing = subprocess.run(["ps", "-o", "stat=,comm=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "postgres" in listing.stdout and not listing.stdout.startswith("Z")
