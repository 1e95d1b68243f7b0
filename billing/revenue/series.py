"""Revenue over time, with the days on which nothing came in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from billing.revenue.chart import Chart, draw_chart
from billing.revenue.figures import Revenue, Scope

MOST_CHARTS = 4


def charts_of(grouping: str, scope: Scope, rows: Sequence[Revenue]) -> list[Chart]:
    """A chart of the net for each currency, for the four with the most entries. `rows` are by day or by month."""
    entries: dict[str, int] = {}
    net: dict[tuple[str, str], int] = {}
    for row in rows:
        entries[row.currency] = entries.get(row.currency, 0) + row.entries
        net[row.currency, row.label] = row.net
    chosen = sorted(entries, key=lambda currency: (-entries[currency], currency))[:MOST_CHARTS]
    labels = list(_labels(grouping, scope))
    return [draw_chart(currency, [(label, net.get((currency, label), 0)) for label in labels]) for currency in chosen]


def _labels(grouping: str, scope: Scope) -> Iterator[str]:
    """The names of all days or months of the scope, from the oldest on."""
    at = scope.since if grouping == "day" else scope.since.replace(day=1)
    while at <= scope.until:
        yield at.isoformat() if grouping == "day" else f"{at:%Y-%m}"
        at = at + timedelta(days=1) if grouping == "day" else _next_month(at)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
