"""Who can measure a proposal before it is judged. The apps above register themselves here, as with releases."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from proposals.gate.measurements import Measurement
from proposals.gate.redaction import redact_report
from proposals.reports import Report

Probe = Callable[[Report], Iterable[Measurement]]
Scratch = Callable[[Report, str], Iterable[Measurement]]
_probes: list[Probe] = []
_scratches: list[Scratch] = []


class ScratchUnusable(Exception):
    """The scratch database cannot be used: what is wrong with it, and what to do."""


def register(probe: Probe) -> Probe:
    """Call ``probe(report)`` before a report is judged, outside of any transaction. Idempotent.

    It must be quick, leave nothing behind, and say nothing, instead of raising, where there is nothing to measure with.
    """
    if probe not in _probes:
        _probes.append(probe)
    return probe


def register_scratch(run: Scratch) -> Scratch:
    """Let ``run(report, url)`` try SQL in an empty database. The first one registered is asked. Idempotent.

    It raises ScratchUnusable when the database is not one to run unknown SQL in.
    """
    if run not in _scratches:
        _scratches.append(run)
    return run


def measure_report(report: Report) -> tuple[Measurement, ...]:
    """What every registered probe says of the report, which they get without its secrets."""
    masked = redact_report(report)
    return tuple(measured for probe in _probes for measured in probe(masked))


def try_in_scratch(report: Report, url: str) -> tuple[Measurement, ...]:
    """What the empty database at ``url`` says of the report's SQL. Raises ScratchUnusable, also when nobody can run."""
    if not _scratches:
        raise ScratchUnusable("nothing here can run SQL")
    return tuple(_scratches[0](redact_report(report), url))
