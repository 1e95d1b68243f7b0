"""A ledger with entries of any day, currency and kind. Orders come from the real service, money from the test."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from itertools import count

from billing.models import LedgerEntry, Offer, Order
from billing.services import Basket, place_order

_numbers = count(1)


def create_order(offer: Offer) -> Order:
    """An order of an offer, not paid."""
    price = offer.prices.get()
    return place_order(Basket(uuid.uuid4(), price, "Jo Buyer", "jo@example.com"))


def create_entry(
    order: Order,
    gross: int,
    fee: int = 0,
    *,
    kind: str = "payment",
    currency: str = "",
    at: datetime | str = "2026-03-01T12:00:00",
    external_id: str = "",
) -> LedgerEntry:
    """One entry; `at` is in UTC."""
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at
    key = external_id or f"txn_{next(_numbers)}"
    return LedgerEntry.objects.create(
        external_id=key,
        kind=kind,
        gross=gross,
        fee=fee,
        net=gross - fee,
        currency=currency or order.currency,
        order=order,
        offer_id=order.offer_id,
        opportunity_id=order.opportunity_id,
        source_id=f"ch_{key}",
        occurred_at=moment,
    )
