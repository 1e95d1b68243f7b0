"""What the OpenAPI document says of money."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse

from billing.api.money_serializers import LedgerEntrySerializer, RevenueSerializer, TotalsSerializer
from billing.revenue.csv_export import LEDGER_HEAD, REVENUE_HEAD
from proposals.api import problems
from proposals.api.problems import problem_responses
from proposals.api.schema import JSON, answer_example

CSV = "text/csv"
_TAGS = ["money"]
_SUMS = {"entries": 3, "gross": 5700, "refunds": -1900, "disputes": 0, "other": 0, "fees": 245, "net": 3555}
_ROW: dict[str, Any] = {
    "day": "2026-03-01",
    "currency": "EUR",
    "decimals": 2,
    "offer": "seed-box",
    "opportunity": "Seed Shop",
    **_SUMS,
    "ledger": "https://fsarsite.example/api/v1/ledger/?since=2026-03-01&until=2026-03-01&currency=EUR"
    "&offer=seed-box&opportunity=Seed+Shop",
}
_ENTRY: dict[str, Any] = {
    "id": 1,
    "external_id": "txn_1PqXyZ2eZvKYlo2C0a1b2c3d",
    "kind": "payment",
    "currency": "EUR",
    "decimals": 2,
    "gross": 1900,
    "fee": 80,
    "net": 1820,
    "offer": "seed-box",
    "opportunity": "Seed Shop",
    "order": "0b0c6c5e-6f0f-4f51-9a0a-2f3f0f2b7f11",
    "source_id": "ch_3PqXyZ2eZvKYlo2C0a1b2c3d",
    "occurred_at": "2026-03-01T08:00:00Z",
}
_REFUSED = problem_responses(problems.REQUEST_INVALID)

REVENUE: dict[str, Any] = {
    "operation_id": "revenue_list",
    "summary": "List daily revenue",
    "description": "One row for each UTC day, currency, offer and opportunity on which money moved; the newest day "
    "first. Amounts are integers of minor units. Currencies are never added up.",
    "tags": _TAGS,
    "responses": {(200, JSON): RevenueSerializer(many=True)} | _REFUSED,
    "examples": [answer_example("page", _ROW)],
}
TOTALS: dict[str, Any] = {
    "operation_id": "revenue_totals",
    "summary": "Sum revenue up",
    "description": "The sums of all daily rows that the parameters ask for, one for each currency.",
    "tags": _TAGS,
    "responses": {(200, JSON): OpenApiResponse(TotalsSerializer, description="The sums.")} | _REFUSED,
    "examples": [answer_example("totals", {"totals": [{"currency": "EUR", "decimals": 2, **_SUMS}]})],
}
LEDGER: dict[str, Any] = {
    "operation_id": "ledger_list",
    "summary": "List ledger entries",
    "description": "Every movement of our balance at Stripe, the latest written first. Entries are never changed.",
    "tags": _TAGS,
    "responses": {(200, JSON): LedgerEntrySerializer(many=True)} | _REFUSED,
    "examples": [answer_example("page", _ENTRY)],
}


def _csv(name: str, summary: str, head: tuple[str, ...]) -> dict[str, Any]:
    return {
        "operation_id": f"{name}_csv",
        "summary": summary,
        "description": "All rows that the parameters ask for, the oldest first, streamed. A text that a spreadsheet "
        "would run as a formula has an apostrophe before it.",
        "tags": _TAGS,
        "responses": {(200, CSV): OpenApiResponse(OpenApiTypes.STR, description="The table.")} | _REFUSED,
        "examples": [answer_example(name, ",".join(head) + "\r\n", media_type=CSV)],
    }


REVENUE_CSV = _csv("revenue", "Read daily revenue as CSV", REVENUE_HEAD)
LEDGER_CSV = _csv("ledger", "Read ledger entries as CSV", LEDGER_HEAD)
