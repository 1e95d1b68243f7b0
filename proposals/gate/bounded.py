"""Assessment under a hard limit: in a child process that may die, so that the server need not."""

from __future__ import annotations

import hashlib
import json
import signal
from dataclasses import dataclass
from functools import cache

from proposals.gate.assessment import GATE_VERSION
from proposals.gate.findings import Finding
from proposals.gate.from_json import report_as_dict, verdict_from_dict
from proposals.gate.measurements import Measurement
from proposals.gate.policy import Rules
from proposals.gate.scoring import Band, Score
from proposals.gate.verdict import Outcome, Verdict
from proposals.gate.waiving import EXCEEDED
from proposals.gate.workers import OUT_OF_MEMORY, WorkerLost, Workers, python_command
from proposals.reports import Report, content_hash

_MOST_WORKERS = 2
# Above the child's own timers, for a child that does not even run.
_GRACE_SECONDS = 2.0
_ENDINGS = {
    -signal.SIGPROF: "it used more processor time than one content may",
    -signal.SIGXCPU: "it used more processor time than one content may",
    -signal.SIGALRM: "it took longer than one content may",
    OUT_OF_MEMORY: "it used more memory than one content may",
    -signal.SIGSEGV: "a parser crashed on it",
    -signal.SIGBUS: "a parser crashed on it",
    -signal.SIGKILL: "the system ended it, as it does when memory runs out",
    -signal.SIGABRT: "a parser gave up on it",
    None: "it gave no answer in time",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """For one content: seconds of processor time, seconds in all, and bytes above what a warm child has."""

    cpu_seconds: float = 5.0
    wall_seconds: float = 15.0
    memory_bytes: int = 1024**3


LIMITS = Limits()


def assess_bounded(
    report: Report,
    rules: Rules,
    *,
    measured: int = 0,
    waived: frozenset[str] = frozenset(),
    measurements: tuple[Measurement, ...] = (),
    limits: Limits = LIMITS,
    workers: Workers | None = None,
) -> Verdict:
    """As `assess_measured`, in a warm child process under `limits`.

    A child that dies or does not end in time gives a blocked verdict with gate/limit-exceeded. Safe in threads and
    after forks. Raises OSError when no process can be started at all.
    """
    job = {
        "report": report_as_dict(report),
        "rules": rules.to_dict(),
        "measured": measured,
        "waived": sorted(waived),
        "measurements": [each.to_dict() for each in measurements],
        "cpu_seconds": limits.cpu_seconds,
        "wall_seconds": limits.wall_seconds,
    }
    try:
        with (workers or _workers(limits.memory_bytes)).lend() as worker:
            answer = worker.ask(json.dumps(job).encode("ascii"), limits.wall_seconds + _GRACE_SECONDS)
            return verdict_from_dict(json.loads(answer))
    except WorkerLost as lost:
        return _exceeded(report, lost.status)
    except (KeyError, TypeError, ValueError):
        return _exceeded(report, 0)


@cache
def _workers(memory_bytes: int) -> Workers:
    return Workers(python_command("proposals.gate.worker", str(memory_bytes)), _MOST_WORKERS)


def _exceeded(report: Report, status: int | None) -> Verdict:
    """Made without reading the content, which is what went wrong."""
    why = _ENDINGS.get(status, f"its process ended with status {status}")
    message = f"The assessment was stopped: {why}; the content is unread."
    raises = EXCEEDED.raises
    score = Score(
        raises.likelihood,
        raises.damage,
        raises.reversibility,
        {
            "likelihood": message,
            "damage": "What an unread change touches is not known.",
            "reversibility": "No way back is known for an unread change.",
        },
    )
    fingerprint = hashlib.sha256(f"{EXCEEDED.id}\x1f{content_hash(report)}".encode()).hexdigest()
    finding = Finding(EXCEEDED.id, EXCEEDED.level, message, EXCEEDED.what_to_do, None, fingerprint, EXCEEDED.effect)
    return Verdict(
        outcome=Outcome.BLOCKED,
        band=Band.BLOCK,
        score=score,
        severity=score.severity,
        decided_by=f"The rule {EXCEEDED.id} decided: it blocks whatever the score.",
        headline=f"Blocked: {message}",
        effect_line="Nothing that the gate can name: the content is unread.",
        worst_case="What an unread change touches is not known.",
        way_back="No way back is known for an unread change.",
        findings=(finding,),
        gate_version=GATE_VERSION,
    )
