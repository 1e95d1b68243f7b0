"""Shell scripts by bash itself where there is one, else by an approximate grammar."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass

from proposals.gate.languages.identity import Language
from proposals.gate.languages.trees import first_error, line_of, parse_tree, said_of

_SECONDS = 2
_SAID = re.compile(r"line (\d+): (.+)")


@dataclass(frozen=True, slots=True)
class ShellProblem:
    message: str
    line: int


def shell_problem(text: str) -> ShellProblem | None:
    """What a shell refuses; None when it parses the text.

    The grammar refuses sound scripts and takes some broken ones, so bash decides where the machine has one: with
    `-n` it reads and never runs. `shopt` lines are therefore not obeyed, and extglob is on.
    """
    bash = shutil.which("bash")
    if bash is None:
        return _by_grammar(text)
    try:
        done = subprocess.run(
            [bash, "--noprofile", "--norc", "-O", "extglob", "-n"],
            input=text.encode("utf-8", "replace").replace(b"\0", b"?"),
            capture_output=True,
            check=False,
            env={"LC_ALL": "C"},
            timeout=_SECONDS,
        )
    except (subprocess.TimeoutExpired, OSError):
        return _by_grammar(text)
    if done.returncode == 0:
        return None
    said = _SAID.search(done.stderr.decode("utf-8", "replace"))
    return ShellProblem(said[2], int(said[1])) if said else _by_grammar(text)


def _by_grammar(text: str) -> ShellProblem | None:
    node = first_error(parse_tree(text, Language.SHELL))
    return ShellProblem(said_of(node), line_of(node)) if node is not None else None
