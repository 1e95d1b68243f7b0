"""Money as CSV, row by row, so that no export is too large to hold."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from billing.currencies import minor_digits
from billing.models import DailyRevenue, LedgerEntry

MEDIA_TYPE = "text/csv; charset=utf-8"
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # what spreadsheets run, https://owasp.org/www-community/attacks/CSV_Injection
_AT_A_TIME = 2000
REVENUE_HEAD = (
    *("day", "currency", "decimals", "offer", "opportunity", "entries"),
    *("gross", "refunds", "disputes", "other", "fees", "net"),
)
LEDGER_HEAD = (
    *("external_id", "occurred_at", "kind", "currency", "decimals", "gross", "fee", "net"),
    *("offer", "opportunity", "order", "source_id"),
)


class _Echo:
    """A file that gives back what is written into it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a table. A text that a spreadsheet would run as a formula gets an apostrophe before it."""
    writer = csv.writer(_Echo())
    yield writer.writerow(head)
    for row in rows:
        yield writer.writerow([_harmless(cell) for cell in row])


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def revenue_csv(rows: QuerySet[DailyRevenue]) -> StreamingHttpResponse:
    """Daily revenue, the oldest first; amounts in minor units, of which `decimals` are behind the point."""
    ordered = rows.select_related("offer", "opportunity").order_by("day", "currency", "offer_id", "opportunity_id")
    return _stream("revenue.csv", REVENUE_HEAD, (_revenue_row(each) for each in ordered.iterator(_AT_A_TIME)))


def ledger_csv(entries: QuerySet[LedgerEntry]) -> StreamingHttpResponse:
    """Ledger entries, the oldest first; amounts as in `revenue_csv`."""
    ordered = entries.select_related("offer", "opportunity", "order").order_by("occurred_at", "id")
    return _stream("ledger.csv", LEDGER_HEAD, (_ledger_row(each) for each in ordered.iterator(_AT_A_TIME)))


def _stream(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        csv_lines(head, rows),
        content_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _revenue_row(row: DailyRevenue) -> Sequence[Any]:
    names = (row.offer.name, row.opportunity.name)
    sums = (row.entries, row.gross, row.refunds, row.disputes, row.other, row.fees, row.net)
    return (row.day.isoformat(), row.currency, minor_digits(row.currency), *names, *sums)


def _ledger_row(entry: LedgerEntry) -> Sequence[Any]:
    return (
        entry.external_id,
        entry.occurred_at.isoformat(),
        entry.kind,
        entry.currency,
        minor_digits(entry.currency),
        entry.gross,
        entry.fee,
        entry.net,
        entry.offer.name,
        entry.opportunity.name,
        str(entry.order.reference),
        entry.source_id,
    )
