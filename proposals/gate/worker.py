"""The child process that reads hostile content: `python -m proposals.gate.worker MEMORY_BYTES`.

It takes one job a line of a pipe and answers on another, JSON both ways, so that nothing it says can be more than
data. The kernel holds it to its limits: timers for each job end it even inside native code. It ends by itself when
its parent closes the pipe or dies.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

from proposals.gate.analyzer import all_analyzers
from proposals.gate.as_json import verdict_as_dict
from proposals.gate.from_json import report_from_dict
from proposals.gate.languages.classifier import likeness_of
from proposals.gate.measurements import Measurement
from proposals.gate.measuring import assess_measured
from proposals.gate.policy import Rules
from proposals.gate.verdict import Verdict
from proposals.gate.workers import LENGTH, OUT_OF_MEMORY

_SAMPLE = "CREATE TABLE loaves (id bigint PRIMARY KEY, name text NOT NULL);\n" * 4


def main() -> None:
    """Warm up, say so with an empty answer, and judge until the pipe closes."""
    jobs, answers = sys.stdin.buffer, sys.stdout.buffer
    all_analyzers()
    likeness_of(_SAMPLE)
    _limit(int(sys.argv[1]))
    _send(answers, b"{}")
    while len(head := jobs.read(LENGTH.size)) == LENGTH.size:
        received = jobs.read(LENGTH.unpack(head)[0])
        try:
            answer = _judge(json.loads(received))
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        _send(answers, answer)


def _judge(job: dict[str, Any]) -> bytes:
    """The verdict as JSON. The timers' signals end the process by their default action."""
    signal.setitimer(signal.ITIMER_PROF, job["cpu_seconds"])
    signal.setitimer(signal.ITIMER_REAL, job["wall_seconds"])
    report = report_from_dict(job["report"])
    answer = json.dumps(verdict_as_dict(_assess(job), report.id)).encode("ascii")
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return answer


def _assess(job: dict[str, Any]) -> Verdict:
    report, rules = report_from_dict(job["report"]), Rules.from_dict(job["rules"])
    measurements = tuple(Measurement.from_dict(each) for each in job["measurements"])
    return assess_measured(report, rules, job["measured"], frozenset(job["waived"]), measurements)


def _limit(memory_bytes: int) -> None:
    """No core dumps, no files, and `memory_bytes` of address space above what the warm process has.

    Where the kernel does not count address space (macOS) the timers stand alone.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    statm = Path("/proc/self/statm")
    if statm.exists():
        most = int(statm.read_text("ascii").split()[0]) * resource.getpagesize() + memory_bytes
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _send(answers: BinaryIO, answer: bytes) -> None:
    answers.write(LENGTH.pack(len(answer)) + answer)
    answers.flush()


if __name__ == "__main__":
    main()
