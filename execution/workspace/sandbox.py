"""A check command of the operator's, run on the changed files where it can do no harm."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pygit2
from django.conf import settings
from pygit2.enums import CheckoutStrategy

from execution.failures import PermanentFailure
from execution.models import TaskPhase
from execution.services.phases import enter_phase
from execution.workspace.repository import Workspace

SECONDS = 120
_LIMITS = ("--cpu=60", f"--as={4 * 1024**3}", f"--fsize={64 * 1024**2}", "--nofile=1024", "--nproc=256", "--core=0")
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/alternatives", "/etc/ld.so.cache")
_EXPORT = CheckoutStrategy.FORCE | CheckoutStrategy.DONT_UPDATE_INDEX | CheckoutStrategy.DONT_WRITE_INDEX
_LONGEST_OUTPUT = 20_000


def check_tree(workspace: Workspace, tree: pygit2.Oid) -> dict[str, Any]:
    """Run WORKSPACE_CHECK on the files of a tree; ``command`` and ``output``, empty when none is configured.

    The command sees a copy of the files that is thrown away, the system's programs read-only, no network, no other
    process, no environment, and limits of CPU, memory, file size and time. Raises PermanentFailure when it does not
    succeed, and when there is no sandbox to run it in: unchecked is not committed.
    """
    command = settings.WORKSPACE_CHECK
    if not command:
        return {}
    enter_phase(TaskPhase.Name.CHECK)
    bubblewrap = shutil.which("bwrap")
    if bubblewrap is None:
        raise PermanentFailure(
            "WORKSPACE_CHECK needs bubblewrap, which is not installed here: "
            "apt-get install bubblewrap, or unset WORKSPACE_CHECK, then retry"
        )
    with tempfile.TemporaryDirectory(prefix="fsarsite-check-") as folder:
        files = Path(folder) / "files"
        files.mkdir()
        repository: Any = workspace.repository  # checkout_tree has no types
        repository.checkout_tree(repository[tree], directory=str(files), strategy=_EXPORT)
        code, output = _run([bubblewrap, *_walls(files), "prlimit", *_LIMITS, *shlex.split(command)], Path(folder))
    if code != 0:
        why = f"took more than {SECONDS} s" if code is None else f"ended with {code}"
        raise PermanentFailure(
            f"the check command {why}; nothing was committed", {"check": {"command": command, "output": output}}
        )
    return {"check": {"command": command, "output": output}}


def _walls(files: Path) -> list[str]:
    walls = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    walls += ["--setenv", "PATH", "/usr/local/bin:/usr/bin:/bin", "--setenv", "HOME", "/tmp"]  # noqa: S108 - its own
    for place in _SYSTEM:
        walls += ["--ro-bind-try", place, place]
    walls += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108 - its own
    return [*walls, "--bind", str(files), "/workspace", "--chdir", "/workspace", "--"]


def _run(command: list[str], folder: Path) -> tuple[int | None, str]:
    """The exit code, None when it took too long, and the end of what it printed."""
    with (folder / "output").open("w+b") as output:
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=SECONDS, check=False, env={}
            )
            code: int | None = done.returncode
        except subprocess.TimeoutExpired:
            code = None
        length = output.seek(0, 2)
        output.seek(max(0, length - _LONGEST_OUTPUT))
        return code, output.read().decode(errors="replace").replace("\x00", "\u2400")
