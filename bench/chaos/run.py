"""The run: a small disk, a PostgreSQL, two hosts, 200 tasks, mischief, and the tally."""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg
from rich.console import Console
from rich.table import Table

from bench.chaos.disk import Disk, enter_own_mounts
from bench.chaos.host import Host
from bench.chaos.mischief import Mischief
from bench.chaos.server import OWN, TARGET, Server
from bench.chaos.verdict import Row, failed, repeated, verdict
from bench.chaos.workload import BASE, make_workload
from bench.measure import ROOT

MEGABYTES = 700
HOSTS = 2
MARK = "BENCH_CHAOS"
WORKER = {
    "FSARSITE_ENV": "development",
    "EXECUTION_WORKERS": "2",
    "EXECUTION_PREFETCH": "2",
    "EXECUTION_LEASE_SECONDS": "3",
    "EXECUTION_STUCK_SECONDS": "5",
    "EXECUTION_GRACE_SECONDS": "2",
    "EXECUTION_RETRY_SECONDS": "0.3",
    "EXECUTION_TIMEOUT_SECONDS": "60",
}
"""Short times, so that much goes wrong in few minutes."""
console = Console(soft_wrap=True)


def main(argv: Sequence[str]) -> None:
    """Run it, print the tally; exit code 1 when anything is off."""
    options = _options(argv)
    if not options.no_disk:
        enter_own_mounts(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: stopped"))
    console.print(f"[dim]seed {options.seed}, {options.tasks} tasks[/]")
    with _folder(keep=options.keep) as folder:
        disk = Disk(folder / "disk", megabytes=MEGABYTES)
        with disk.mounted():
            rows, mischief, again, seconds = _run(folder, disk, options)
        orphans = [each.pid for each in _marked(folder)]
        rows.append(Row("processes left", [], orphans, not orphans))
    _show(rows, mischief, again, seconds)
    _keep(rows, mischief, again, options, seconds)
    if not all(row.is_met for row in rows):
        raise SystemExit(1)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench chaos", description="Real work while everything fails.")
    parser.add_argument("--tasks", type=int, default=200, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000), help="of what goes wrong (default: any)")
    parser.add_argument("--patience", type=float, default=1500, help="give up after SECONDS (default: %(default)s)")
    parser.add_argument("--no-disk", action="store_true", help="do not fill a disk, which needs root for a mount")
    parser.add_argument("--keep", action="store_true", help="keep the workers' logs, and say where they are")
    options = parser.parse_args(argv)
    if options.tasks < 10:
        parser.error("at least 10 tasks")
    return options


@contextmanager
def _folder(*, keep: bool) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="fsarsite-chaos-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        if keep:
            console.print(f"[dim]logs are in {folder}[/]")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, disk: Disk, options: argparse.Namespace) -> tuple[list[Row], Mischief, dict[str, int], float]:
    import django  # noqa: PLC0415 - once the environment is what it should be

    server, workspace = Server(disk.folder / "postgres"), disk.folder / "workspace"
    try:
        server.prepare()
        environment = _environment(folder, disk, server, workspace)
        os.environ |= environment  # without the target: nothing is rehearsed beforehand, but by the task itself
        django.setup()
        _make_workspace(workspace)
        with psycopg.connect(server.url(TARGET), autocommit=True) as connection:
            connection.execute(BASE.encode())
        with console.status("submitting and approving"):
            workload = make_workload(options.tasks, options.seed)
        hosts = [
            Host(environment | {"TARGET_DATABASE_URL": server.url(TARGET)}, folder / f"host{number}.log")
            for number in range(1, HOSTS + 1)
        ]
        mischief = Mischief(random.Random(options.seed), server, hosts, disk, console)
        begun = time.monotonic()
        try:
            if not mischief.make(workload.size, patience=options.patience):
                console.print(f"[red]not all tasks ended within {options.patience:g} s[/]")
        finally:
            for host in hosts:
                host.stop()
        seconds = time.monotonic() - begun
        time.sleep(1)
        for error in failed(server):
            console.print(f"a task failed: {error}", style="red", markup=False)
        return verdict(workload, server, workspace, mischief), mischief, repeated(server), seconds
    finally:
        disk.free()
        server.cluster.remove()


def _make_workspace(folder: Path) -> None:
    from fsarsite.samples.workspace import ensure_workspace  # noqa: PLC0415 - needs the settings

    ensure_workspace(folder)


def _environment(folder: Path, disk: Disk, server: Server, workspace: Path) -> dict[str, str]:
    temporary = disk.folder / "tmp"
    temporary.mkdir()
    return WORKER | {
        "DJANGO_SETTINGS_MODULE": "bench.chaos.settings",
        "DATABASE_URL": server.url(OWN),
        "FSARSITE_DATA": str(disk.folder / "data"),
        "WORKSPACE_PATH": str(workspace),
        "TMPDIR": str(temporary),
        MARK: str(folder),
    }


def _marked(folder: Path) -> Iterator[psutil.Process]:
    """Processes of this run, whoever their parent is now."""
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK) == str(folder):
                yield process
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue


def _show(rows: Sequence[Row], mischief: Mischief, again: Mapping[str, int], seconds: float) -> None:
    table = Table("what", "expected", "found", "", title=f"After {seconds:.0f} s of mischief")
    for row in rows:
        mark = "[green]✓[/]" if row.is_met else "[red]✗[/]"
        table.add_row(row.what, _short(row.expected), _short(row.found), mark)
    console.print(table)
    for title, counted in (("what went wrong", mischief.done), ("tasks queued again", again)):
        said = ", ".join(f"{count} × {what}" for what, count in sorted(counted.items()))
        console.print(f"{title}: {said}")
    if not mischief.done["disk full"]:
        console.print("[yellow]the disk was not filled: that needs root, for a mount of its own[/]")


def _short(value: object) -> str:
    said = str(len(value)) if isinstance(value, list) and len(value) > 3 else str(value)
    return said if len(said) <= 80 else f"{said[:79]}…"


def _keep(
    rows: Sequence[Row], mischief: Mischief, again: Mapping[str, int], options: argparse.Namespace, seconds: float
) -> None:
    results = ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    path = results / f"chaos-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    document = {
        "tasks": options.tasks,
        "seed": options.seed,
        "seconds": round(seconds),
        "mischief": dict(mischief.done),
        "queued_again": again,
        "tally": [asdict(row) for row in rows],
    }
    path.write_text(json.dumps(document, indent=2, default=str) + "\n")
    console.print(f"[dim]{path.relative_to(ROOT)}[/]")
