"""A second opinion on shell scripts."""

from __future__ import annotations

import shutil
import subprocess

_SECONDS = 2


def bash_accepts(text: str) -> bool:
    """Whether bash parses the text: `-n` reads and never runs, so `shopt` lines are not obeyed and extglob is on.

    False without a bash on the machine.
    """
    bash = shutil.which("bash")
    if bash is None:
        return False
    try:
        done = subprocess.run(
            [bash, "--noprofile", "--norc", "-O", "extglob", "-n"],
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            check=False,
            env={},
            timeout=_SECONDS,
        )
    except (subprocess.TimeoutExpired, OSError):
        return False
    return done.returncode == 0
