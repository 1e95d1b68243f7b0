"""What runs the check of a mitigation. The apps above register themselves here, as with releases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check that ran said, in one sentence of ``detail``. It passed only when it answered with true."""

    passed: bool
    detail: str


class CheckRefused(Exception):
    """Why a check cannot be run, and what to do about it. Nothing ran, so nothing passed."""


Runner = Callable[[str], CheckResult]
_registered: list[Runner] = []


def register(run: Runner) -> Runner:
    """Let ``run(statement)`` answer checks. It must change nothing. The first one registered is asked. Idempotent."""
    if run not in _registered:
        _registered.append(run)
    return run


def run_check(statement: str) -> CheckResult:
    """Run one check. Raises CheckRefused, also when nothing is registered: what did not run lowers no band."""
    if not _registered:
        raise CheckRefused("nothing here can run a check")
    return _registered[0](statement)
