"""``python -m bench rehearsal [--rows N …]``: how long a rehearsal takes against the size of the table it changes."""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.table import Table

from bench.measure import ROOT
from fsarsite.postgres import Cluster

ROWS = (10_000, 100_000, 1_000_000)
CHANGES = {
    "add a column": "ALTER TABLE sales ADD COLUMN region text",
    "build an index": "CREATE INDEX sales_by_customer ON sales (customer)",
    "update 1,000 rows": "UPDATE sales SET total = total + 1 WHERE id BETWEEN 2001 AND 3000",
    "drop the table": "DROP TABLE sales",
}
FILL = """
CREATE TABLE sales (id bigint PRIMARY KEY, customer integer NOT NULL, total integer NOT NULL, note text);
INSERT INTO sales SELECT n, n % 1000, n % 977, md5(n::text) FROM generate_series(1, {rows}) AS n;
ANALYZE sales
"""
console = Console()


def main(argv: Sequence[str]) -> None:
    """Fill a table, rehearse each change on it, and say how the time grows."""
    options = _options(argv)
    with tempfile.TemporaryDirectory(prefix="fsarsite-bench-") as folder:
        cluster = Cluster(Path(folder) / "postgres")
        try:
            results = [_measure(cluster, rows, options.copy_mb) for rows in options.rows]
        finally:
            cluster.remove()
    _show(results)
    _keep(results)


def measure_here(rows: int, copy_mb: int | None) -> dict[str, Any]:
    """Rehearse on the target of this process's environment. Milliseconds by change; whether rows were copied."""
    import django  # noqa: PLC0415 - only the measuring process has the settings for it

    django.setup()
    from uuid import uuid4  # noqa: PLC0415

    from execution.target.copying import choice  # noqa: PLC0415
    from execution.target.rehearsal import rehearse  # noqa: PLC0415
    from execution.target.statements import split_statements  # noqa: PLC0415

    if copy_mb is not None:
        choice.MOST_BYTES = copy_mb * 1024**2
    with psycopg.connect(os.environ["TARGET_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(FILL.format(rows=rows).encode())
        size = connection.execute("SELECT pg_total_relation_size('sales')").fetchone()
    done = {name: rehearse(uuid4(), split_statements(text)) for name, text in CHANGES.items()}
    return {
        "rows": rows,
        "megabytes": round((size[0] if size else 0) / 1024**2, 1),
        "result": {name: each.result for name, each in done.items()},
        "milliseconds": {name: each.milliseconds for name, each in done.items()},
        "held": {name: each.effects.held_milliseconds for name, each in done.items()},
        "copied": {name: sum(table.rows for table in each.copied.values()) for name, each in done.items()},
        "doubt": {name: each.doubt for name, each in done.items()},
    }


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench rehearsal", description="Rehearsal time by table size.")
    sizes = "table sizes, up to 10000000 (default: %(default)s)"
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS, help=sizes)
    parser.add_argument("--copy-mb", type=int, help="copy rows up to this size (default: as the product does)")
    options = parser.parse_args(argv)
    if min(options.rows) < 1_000 or max(options.rows) > 10_000_000:
        parser.error("between 1000 and 10000000 rows")
    return options


def _measure(cluster: Cluster, rows: int, copy_mb: int | None) -> dict[str, Any]:
    for name in ("bench", f"bench_target_{rows}"):
        cluster.create_database(name)
    environment = os.environ | {
        "DATABASE_URL": cluster.url("bench"),
        "TARGET_DATABASE_URL": cluster.url(f"bench_target_{rows}"),
        "DJANGO_SETTINGS_MODULE": "fsarsite.settings",
    }
    script = (
        f"import json; from bench.rehearsal import measure_here; print(json.dumps(measure_here({rows}, {copy_mb})))"
    )
    with console.status(f"{rows:,} rows"):
        ended = subprocess.run(
            [sys.executable, "-c", script], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
    if ended.returncode:
        console.print(f"[red]bench: {ended.stderr.strip().splitlines()[-1:]}[/]")
        raise SystemExit(1)
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def _show(results: Sequence[dict[str, Any]]) -> None:
    table = Table(title="Rehearsal: copy, apply, undo, compare, apply again; seconds")
    table.add_column("change", no_wrap=True)
    for result in results:
        table.add_column(f"{result['rows']:,} rows\n{result['megabytes']:g} MB", justify="right")
    table.add_column("growth", justify="right")
    for name in CHANGES:
        cells = [_cell(result, name) for result in results]
        table.add_row(name, *cells, _growth(results, name))
    console.print(table)
    console.print(
        "growth: the exponent e of rows^e between the last two sizes; 1 is linear. ~: on a sample of the rows"
    )
    console.print("*: not representative")


def _cell(result: dict[str, Any], name: str) -> str:
    mark = (
        "*"
        if result["result"][name] == "not_representative"
        else "~"
        if result["copied"][name] < result["rows"]
        else ""
    )
    return f"{result['milliseconds'][name] / 1000:.2f}{mark}"


def _growth(results: Sequence[dict[str, Any]], name: str) -> str:
    if len(results) < 2:
        return "–"
    first, last = results[-2:]
    ratio = last["milliseconds"][name] / max(first["milliseconds"][name], 1)
    return f"{math.log(ratio) / math.log(last['rows'] / first['rows']):.2f}"


def _keep(results: Sequence[dict[str, Any]]) -> None:
    folder = ROOT / "bench" / "results"
    folder.mkdir(exist_ok=True)
    path = folder / f"rehearsal-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(results, indent=2) + "\n")
    console.print(f"[dim]{path.relative_to(ROOT)}[/]")
