"""``python -m bench gate``: how many reports one core judges in a second, and where the time goes."""

from __future__ import annotations

import argparse
import platform
from collections import Counter, deque
from collections.abc import Callable, Sequence
from os import getloadavg
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time

from rich.console import Console
from rich.table import Table

from proposals.gate import DEFAULT, assess
from proposals.gate.analyzer import Analyzer, all_analyzers
from proposals.gate.bounded import assess_bounded
from proposals.gate.subject import Subject
from proposals.reports import Report, parse_report

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "fsarsite" / "samples" / "reports"
CORPUS = ROOT.parent / "shared" / "corpus" / "reports.jsonl"
GOAL_PER_SECOND, GOAL_P95_MS = 60, 60
console = Console(soft_wrap=True)


def main(arguments: Sequence[str]) -> None:
    """Judge the labelled corpus where there is one, else our own samples; print the figures and the profile."""
    parser = argparse.ArgumentParser(prog="python -m bench gate", description="The gate's speed on one core.")
    parser.add_argument("--rounds", type=int, default=1)
    rounds = max(parser.parse_args(arguments).rounds, 1)
    reports, source = _reports()
    assess(reports[0], DEFAULT)
    assess_bounded(reports[0], DEFAULT)
    alone = [_seconds(report) for _ in range(rounds) for report in reports]
    in_child = [_seconds(report, bounded=True) for _ in range(rounds) for report in reports]
    load = f"load {getloadavg()[0]:.1f}, Python {platform.python_version()}"
    console.print(f"{len(reports)} reports of {source}, {rounds} round(s); {load}")
    _show("in this process", alone)
    _show("in this process, processor time only", [_seconds(report, clock=process_time) for report in reports])
    _show("in the child process with limits", in_child)
    _profile(reports)


def _reports() -> tuple[list[Report], str]:
    if CORPUS.exists():
        lines = CORPUS.read_bytes().splitlines()
        return [parse_report(line) for line in lines if line.strip()], "the labelled corpus"
    files = sorted(path for path in SAMPLES.rglob("*") if path.suffix in {".md", ".json"})
    return [parse_report(path.read_bytes()) for path in files], "our samples"


def _seconds(report: Report, *, bounded: bool = False, clock: Callable[[], float] = perf_counter) -> float:
    started = clock()
    assess_bounded(report, DEFAULT) if bounded else assess(report, DEFAULT)
    return clock() - started


def _show(where: str, seconds: list[float]) -> None:
    cuts = [cut * 1000 for cut in quantiles(seconds, n=100)]
    per_second = len(seconds) / sum(seconds)
    is_met = per_second >= GOAL_PER_SECOND and cuts[94] <= GOAL_P95_MS
    goal = f"goal {GOAL_PER_SECOND}/s and p95 {GOAL_P95_MS} ms: {'met' if is_met else 'missed'}"
    worst = max(seconds) * 1000
    rate = f"{per_second:.0f} reports/s, p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, most {worst:.0f} ms"
    console.print(f"{where}: {rate}; {goal}")


def _profile(reports: list[Report]) -> None:
    """Seconds per analyzer, each run on fresh subjects after the ones before it, as in an assessment."""
    spent: Counter[str] = Counter()
    for report in reports:
        started = perf_counter()
        subject = Subject.of(report)
        spent["(masking and taking apart)"] += perf_counter() - started
        for analyzer in all_analyzers():
            spent[_name(analyzer)] += _spent(analyzer, subject)
    table = Table("analyzer", "ms a report", "share", title="Where the time goes")
    total = spent.total()
    for name, seconds in spent.most_common(15):
        table.add_row(name, f"{seconds / len(reports) * 1000:.2f}", f"{seconds / total:.0%}")
    console.print(table)


def _spent(analyzer: Analyzer, subject: Subject) -> float:
    started = perf_counter()
    deque(analyzer.examine(subject, DEFAULT), maxlen=0)
    return perf_counter() - started


def _name(analyzer: Analyzer) -> str:
    return type(analyzer).__module__.rsplit(".", 1)[1]
