"""``python -m bench revenue [--entries N]``: the revenue page against the plain aggregate query, over one ledger."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from os import getloadavg
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.measure import ROOT
from fsarsite.postgres import Cluster

DAYS, OFFERS, OPPORTUNITIES, ORDERS = 730, 60, 12, 50_000
LAST_DAY = "2026-06-30"
SCOPES = {
    "30 days, by day": "since=2026-06-01&until=2026-06-30&by=day",
    "90 days of one opportunity": "since=2026-04-02&until=2026-06-30&by=day&opportunity={opportunity}",
    "a year, by month": "since=2025-07-01&until=2026-06-30&by=month",
    "two years, by offer": "since=2024-07-01&until=2026-06-30&by=offer",
}
_WHERE = "occurred_at >= '{since}' AND occurred_at < '{until}'::date + 1"
_SUMS = """currency, count(*), sum(gross) FILTER (WHERE kind = 'payment'),
sum(gross) FILTER (WHERE kind IN ('refund', 'refund_failure')),
sum(gross) FILTER (WHERE kind IN ('dispute', 'dispute_reversal')), sum(fee), sum(net)"""
PLAIN = {
    "30 days, by day": ("(occurred_at AT TIME ZONE 'UTC')::date", "2026-06-01", ""),
    "90 days of one opportunity": (
        "(occurred_at AT TIME ZONE 'UTC')::date",
        "2026-04-02",
        " AND opportunity_id = {opportunity}",
    ),
    "a year, by month": ("date_trunc('month', occurred_at AT TIME ZONE 'UTC')", "2025-07-01", ""),
    "two years, by offer": ("offer_id", "2024-07-01", ""),
}
FILL = (
    """
INSERT INTO proposals_opportunity (name, created_at)
SELECT 'Opportunity ' || n, now() FROM generate_series(1, {opportunities}) AS n
""",
    """
INSERT INTO billing_offer (slug, name, summary, description, is_published, position, created_at, opportunity_id)
SELECT 'offer-' || n, 'Offer ' || n, '', '', true, 100, now(),
       (SELECT min(id) FROM proposals_opportunity) + n % {opportunities} FROM generate_series(1, {offers}) AS n
""",
    """
INSERT INTO customers (name, email, email_index, created_at, updated_at) VALUES ('', '', 'bench', now(), now())
""",
    """
INSERT INTO orders (reference, token, customer_id, opportunity_id, order_details, status, currency, amount_subtotal,
                    amount_discount, amount_total, amount_refunded, checkout_url, last_error, created_at, updated_at)
SELECT gen_random_uuid(), 'token-' || n, (SELECT min(id) FROM customers), offer.opportunity_id,
       jsonb_build_object('offer', jsonb_build_object('id', offer.id)), 'paid',
       (ARRAY['EUR', 'USD', 'JPY'])[1 + n / {offers} % 3], 1900, 0, 1900, 0, '', '', now(), now()
FROM generate_series(1, {orders}) AS n
JOIN billing_offer AS offer ON offer.id = (SELECT min(id) FROM billing_offer) + n % {offers}
""",
    """
INSERT INTO billing_ledgerentry (external_id, kind, gross, fee, net, currency, order_id, opportunity_id, offer_id,
                                 source_id, occurred_at, created_at)
SELECT 'txn_' || n, CASE WHEN n % 23 = 0 THEN 'refund' WHEN n % 997 = 0 THEN 'dispute' ELSE 'payment' END,
       CASE WHEN n % 23 = 0 OR n % 997 = 0 THEN -1 ELSE 1 END * (500 + n % 9000), 30 + n % 200,
       CASE WHEN n % 23 = 0 OR n % 997 = 0 THEN -1 ELSE 1 END * (500 + n % 9000) - 30 - n % 200,
       o.currency, o.id, o.opportunity_id, (o.order_details #>> '{{offer,id}}')::bigint, 'ch_' || n,
       '{last}'::timestamptz + interval '1 day' - interval '1 second' * (n * 63072000.0 / {entries}), now()
FROM generate_series({first}::bigint, {until}::bigint) AS n
JOIN orders AS o ON o.id = (SELECT min(id) FROM orders) + (n * 7919) % {orders}
""",
)
_KEYS = """
SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND conrelid = 'billing_ledgerentry'::regclass
"""
_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = 'billing_ledgerentry'::regclass AND NOT indisunique
"""
console = Console()


def main(argv: Sequence[str]) -> None:
    """Make a ledger, ask the page and the plain query in turn, and print the ratios."""
    parser = argparse.ArgumentParser(prog="python -m bench revenue", description="The revenue page over a long ledger.")
    parser.add_argument("--entries", type=int, default=5_000_000, help="ledger entries (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each query (default: %(default)s)")
    options = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: stopped"))  # an exception: what runs is stopped, too
    if not (1_000 <= options.entries <= 50_000_000 and options.rounds >= 1):
        parser.error("between 1,000 and 50,000,000 entries, and a round or more")
    with tempfile.TemporaryDirectory(prefix="fsarsite-bench-") as folder:
        cluster = Cluster(Path(folder) / "postgres")
        try:
            result = _measure(cluster, options.entries, options.rounds)
        finally:
            cluster.remove()
    _show(result)
    _keep(result)


def _measure(cluster: Cluster, entries: int, rounds: int) -> dict[str, Any]:
    for name in ("bench", "bench_target"):
        cluster.create_database(name)
    environment = os.environ | {
        "DATABASE_URL": cluster.url("bench"),
        "TARGET_DATABASE_URL": cluster.url("bench_target"),
        "DJANGO_SETTINGS_MODULE": "fsarsite.settings",
    }
    script = (
        f"import json; from bench.revenue import measure_here; print(json.dumps(measure_here({entries}, {rounds})))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    if ended.returncode:
        raise SystemExit("bench: the measuring process failed")
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def measure_here(entries: int, rounds: int) -> dict[str, Any]:
    """Fill and ask the database of this process's environment. Milliseconds; medians of the rounds."""
    import django  # noqa: PLC0415 - only the measuring process has the settings for it

    django.setup()
    from django.db import connection  # noqa: PLC0415

    from billing.services import count_stale_days, rebuild_daily_revenue  # noqa: PLC0415
    from fsarsite.djstripe_schema import migrate_if_needed  # noqa: PLC0415
    from proposals.models import Opportunity  # noqa: PLC0415

    migrate_if_needed()
    filled = _timed(lambda: _fill(connection, entries))
    rebuilt = _timed(rebuild_daily_revenue)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    opportunity = Opportunity.objects.order_by("pk")[0].pk
    return {
        "entries": entries,
        "rounds": rounds,
        "load": getloadavg()[0],
        "platform": platform.platform(),
        "daily_rows": _scalar(connection, "SELECT count(*) FROM billing_dailyrevenue"),
        "fill_ms": filled,
        "rebuild_ms": rebuilt,
        "verify_ms": _timed(count_stale_days),
        "insert": _inserts(connection, entries, rounds),
        "scopes": {name: _scope(connection, name, opportunity, rounds) for name in SCOPES},
    }


def _timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return round((time.perf_counter() - started) * 1000, 1)


def _scalar(connection: Any, statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def _fill(connection: Any, entries: int) -> None:
    """As the product writes, but for foreign keys and indexes, which are made once at the end."""
    named = {"opportunities": OPPORTUNITIES, "offers": OFFERS, "orders": ORDERS, "entries": entries, "last": LAST_DAY}
    with connection.cursor() as cursor:
        cursor.execute(_KEYS)
        keys = cursor.fetchall()
        for name, _ in keys:
            cursor.execute(f"ALTER TABLE billing_ledgerentry DROP CONSTRAINT {name}")
        cursor.execute(_INDEXES)
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for statement in FILL[:-1]:
            cursor.execute(statement.format(**named))
        for first in range(1, entries + 1, 1_000_000):
            until = min(first + 999_999, entries)
            cursor.execute(FILL[-1].format(first=first, until=until, **named))
        for _, definition in indexes:
            cursor.execute(definition)
        for name, definition in keys:
            cursor.execute(f"ALTER TABLE billing_ledgerentry ADD CONSTRAINT {name} {definition}")


def _inserts(connection: Any, entries: int, rounds: int) -> dict[str, float]:
    """One entry at a time, as webhooks write them: with the daily sums and without, rolled back. Milliseconds each."""
    found: dict[str, list[float]] = {"with": [], "without": []}
    named = {"orders": ORDERS, "entries": entries, "last": LAST_DAY}
    with connection.cursor() as cursor:
        for _ in range(rounds):
            for name, times in found.items():
                cursor.execute("BEGIN")
                if name == "without":
                    cursor.execute("ALTER TABLE billing_ledgerentry DISABLE TRIGGER billing_ledgerentry_daily_revenue")
                spent = 0.0
                for number in range(200):
                    at = entries + 1 + number
                    spent += _timed(lambda at=at: cursor.execute(FILL[-1].format(first=at, until=at, **named)))
                cursor.execute("ROLLBACK")
                times.append(spent / 200)
    return {name: round(median(each), 3) for name, each in found.items()}


def _scope(connection: Any, name: str, opportunity: int, rounds: int) -> dict[str, Any]:
    from django.db import reset_queries  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from tests.factories import create_user  # noqa: PLC0415

    client, address = (
        Client(SERVER_NAME="localhost"),
        f"/admin/billing/dailyrevenue/?{SCOPES[name].format(opportunity=opportunity)}",
    )
    client.force_login(create_user(groups=("Viewers",)))
    keys, since, more = PLAIN[name]
    where = _WHERE.format(since=since, until=LAST_DAY) + more.format(opportunity=opportunity)
    plain = f"SELECT {keys}, {_SUMS} FROM billing_ledgerentry WHERE {where} GROUP BY 1, 2"
    if client.get(address).status_code != 200:
        raise SystemExit(f"bench: {address} does not answer")
    spent: dict[str, list[float]] = {"page": [], "page_sql": [], "plain": []}
    queries = 0
    for _ in range(rounds):
        reset_queries()
        with CaptureQueriesContext(connection) as captured:
            spent["page"].append(_timed(lambda: client.get(address)))
        queries = len(captured)
        sums = [float(each["time"]) for each in captured if "billing_dailyrevenue" in each["sql"]]
        spent["page_sql"].append(sum(sums) * 1000)
        with connection.cursor() as cursor:
            spent["plain"].append(_timed(lambda: (cursor.execute(plain), cursor.fetchall())))
    return {kind: round(median(each), 2) for kind, each in spent.items()} | {"queries": queries}


def _show(result: dict[str, Any]) -> None:
    title = (
        f"{result['entries']:,} ledger entries, {result['daily_rows']:,} daily rows, median of {result['rounds']}, ms"
    )
    table = Table("what is asked", title=title)
    for heading in ("plain", "sums", "ratio", "page", "ratio", "queries"):
        table.add_column(heading, justify="right")
    for name, found in result["scopes"].items():
        ratios = [f"{found['plain'] / max(found[each], 0.01):.1f}" for each in ("page_sql", "page")]
        table.add_row(
            name,
            f"{found['plain']:.0f}",
            f"{found['page_sql']:.1f}",
            ratios[0],
            f"{found['page']:.0f}",
            ratios[1],
            str(found["queries"]),
        )
    console.print(table)
    console.print("plain: the aggregate query over the ledger; sums: the page's queries of daily sums; page: all of it")
    insert = result["insert"]
    console.print(
        f"an entry is written in {insert['with']:.2f} ms with the daily sums, {insert['without']:.2f} ms without: "
        f"{insert['with'] / insert['without']:.2f} times; rebuilding took {result['rebuild_ms'] / 1000:.1f} s, "
        f"verifying {result['verify_ms'] / 1000:.1f} s; load {result['load']:.1f}"
    )


def _keep(result: dict[str, Any]) -> None:
    folder = ROOT / "bench" / "results"
    folder.mkdir(exist_ok=True)
    path = folder / f"revenue-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(result, indent=2) + "\n")
    console.print(f"[dim]{path.relative_to(ROOT)}[/]")
