"""``python -m bench [--jobs N] [--rounds N] [--only NAME …]``: the comparison, as a table and as JSON.

``python -m bench rehearsal`` measures rehearsals instead, ``gate`` the gate, ``revenue`` the revenue page, ``webhooks``
Stripe's webhooks. ``chaos`` counts what becomes of 200 tasks while workers, PostgreSQL and the disk fail; ``torture``
lets a shop live through failures and audits its books. ``desk`` asks for every page of the admin at 100,000 proposals.
"""

from __future__ import annotations

import argparse
import json
import platform
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from os import cpu_count, getloadavg
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bench import gate, rehearsal, revenue
from bench.chaos import run as chaos
from bench.contenders import NAMES, contender
from bench.measure import ROOT, Arena, Round, RoundFailed
from bench.premises import run_inside
from fsarsite.postgres import Cluster

RESULTS = ROOT / "bench" / "results"
GOALS = (("stock", 3.0), ("raw", 0.3), ("procrastinate", 1.0))
console = Console()


def main() -> None:
    """Measure all contenders in turn, round after round, on one PostgreSQL that writes to disk."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: stopped"))  # an exception: what runs is stopped, too
    with tempfile.TemporaryDirectory(prefix="fsarsite-bench-") as folder:
        cluster = Cluster(Path(folder) / "postgres")
        try:
            arenas = _arenas(options.only, cluster, Path(folder))
            results = _measure(arenas, options.jobs, options.rounds)
        except RoundFailed as error:
            console.print(f"[red]bench: {error}[/]")
            raise SystemExit(1) from error
        finally:
            cluster.remove()
    medians = {name: _median(rounds) for name, rounds in results.items()}
    _show(medians, options.jobs, options.rounds)
    _keep(results, medians, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Our queue against others.")
    parser.add_argument("--jobs", type=int, default=2000, help="jobs per round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds per contender (default: %(default)s)")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME", help=", ".join(NAMES))
    options = parser.parse_args()
    if options.jobs < 10 or options.rounds < 1:
        parser.error("at least 10 jobs and 1 round")
    return options


def _arenas(names: Sequence[str], cluster: Cluster, folder: Path) -> dict[str, Arena]:
    arenas = {}
    for name in names:
        chosen = contender(name)
        if reason := chosen.left_out():
            console.print(f"[yellow]{chosen.title} is left out: {reason}[/]")
            continue
        cluster.create_database(f"bench_{name}")
        (folder / name).mkdir()
        arenas[name] = Arena(chosen, cluster.url(f"bench_{name}"), folder / name)
        arenas[name].prepare()
    return arenas


def _measure(arenas: Mapping[str, Arena], jobs: int, rounds: int) -> dict[str, list[Round]]:
    results: dict[str, list[Round]] = {name: [] for name in arenas}
    for number in range(1, rounds + 1):
        for name, arena in arenas.items():
            with console.status(f"round {number} of {rounds}: {name}"):
                results[name].append(arena.run_round(jobs))
            console.print(f"[dim]round {number} {name}: {results[name][-1].jobs_per_second:,.0f} jobs/s[/]")
    return results


def _median(rounds: Sequence[Round]) -> Round:
    return Round(*(median(values) for values in zip(*(asdict(each).values() for each in rounds), strict=True)))


def _show(medians: Mapping[str, Round], jobs: int, rounds: int) -> None:
    table = Table(title=f"{jobs:,} jobs of one row each, 2 workers, median of {rounds}")
    table.add_column("queue", no_wrap=True)
    for heading in ("jobs/s", "of the limit", "× stock", "start p50", "p95, ms"):
        table.add_column(heading, justify="right")
    for name, result in sorted(medians.items(), key=lambda item: -item[1].jobs_per_second):
        ratios = [_ratio(result, medians.get(other)) for other in ("raw", "stock")]
        table.add_row(
            contender(name).title,
            f"{result.jobs_per_second:,.0f}",
            *ratios,
            f"{result.latency_p50:.1f}",
            f"{result.latency_p95:.1f}",
            style="bold" if name == "ours" else None,
        )
    console.print(table)
    for name, wanted in GOALS:
        if "ours" in medians and name in medians:
            reached = medians["ours"].jobs_per_second / medians[name].jobs_per_second
            mark = "[green]✓[/]" if reached >= wanted else "[red]✗[/]"
            console.print(f"{mark} {reached:.2f} × {name}, the goal is {wanted:g}")


def _ratio(result: Round, other: Round | None) -> str:
    return f"{result.jobs_per_second / other.jobs_per_second:.2f}" if other else "–"


def _keep(results: Mapping[str, Sequence[Round]], medians: Mapping[str, Round], options: argparse.Namespace) -> None:
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    path = RESULTS / f"{now:%Y%m%dT%H%M%SZ}.json"
    document = {
        "measured_at": now.isoformat(timespec="seconds"),
        "machine": {"platform": platform.platform(), "cpus": cpu_count(), "load": getloadavg()},
        "jobs": options.jobs,
        "rounds": {name: [asdict(each) for each in rounds] for name, rounds in results.items()},
        "median": {name: asdict(each) for name, each in medians.items()},
    }
    path.write_text(json.dumps(document, indent=2) + "\n")
    console.print(f"[dim]{path.relative_to(ROOT)}[/]")


if __name__ == "__main__":
    if sys.argv[1:2] == ["rehearsal"]:
        rehearsal.main(sys.argv[2:])
    elif sys.argv[1:2] == ["gate"]:
        gate.main(sys.argv[2:])
    elif sys.argv[1:2] in (["torture"], ["webhooks"], ["desk"]):
        sys.exit(run_inside(f"bench.{sys.argv[1]}.settings", sys.argv[1], sys.argv[2:]))
    elif sys.argv[1:2] == ["revenue"]:
        revenue.main(sys.argv[2:])
    elif sys.argv[1:2] == ["chaos"]:
        chaos.main(sys.argv[2:])
    else:
        main()
