"""Daily revenue: whatever happens to the ledger, it is the ledger's sum, to the minor unit."""

from __future__ import annotations

import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from billing.models import DailyRevenue, LedgerEntry, Offer
from billing.services import count_stale_days, rebuild_daily_revenue, request_refund
from tests.factories import create_user
from tests.factories.ledgers import create_entry, create_order
from tests.factories.offers import create_offer
from tests.factories.shop import Shop

pytestmark = pytest.mark.django_db
_SUMS = ("gross", "refunds", "disputes", "other", "fees", "net")


def _rows() -> list[tuple[object, ...]]:
    rows = DailyRevenue.objects.order_by("day", "currency", "offer_id")
    return [(str(day), *rest) for day, *rest in rows.values_list("day", "currency", "entries", *_SUMS)]


def test_ledger_entries_are_summed_by_utc_day_and_currency(offer: Offer) -> None:
    order = create_order(offer)

    create_entry(order, 1900, 85, at="2026-03-01T00:00:00")
    create_entry(order, 1900, 85, at="2026-03-01T23:59:59")
    create_entry(order, -500, kind="refund", at="2026-03-01T12:00:00")
    create_entry(order, 500, kind="refund_failure", at="2026-03-02T00:00:00")
    create_entry(order, -1900, 2000, kind="dispute", at="2026-03-02T10:00:00")
    create_entry(order, 1900, kind="dispute_reversal", at="2026-03-02T11:00:00")
    create_entry(order, -7, kind="other", currency="USD", at="2026-03-02T11:00:00")

    assert _rows() == [
        ("2026-03-01", "EUR", 3, 3800, -500, 0, 0, 170, 3130),
        ("2026-03-02", "EUR", 3, 0, 500, 0, 0, 2000, -1500),
        ("2026-03-02", "USD", 1, 0, 0, 0, -7, 0, -7),
    ]
    assert count_stale_days() == 0


@pytest.mark.parametrize(("currency", "amount"), [("JPY", 1900), ("KWD", 12_340), ("EUR", 1999)])
def test_payment_refund_and_dispute_are_summed_to_the_minor_unit(quiet_shop: Shop, currency: str, amount: int) -> None:
    offer = create_offer("x", currency=currency, amount=amount)
    order = quiet_shop.paid(offer)
    request_refund(order_id=order.pk, amount=330, reason="Half of it broke.", by=create_user(groups=("Leads",)))
    quiet_shop.paid(offer, "4000000000000259", email="bo@example.com")
    quiet_shop.settle()

    booked = quiet_shop.sandbox.store.all("balance_transaction")
    row = DailyRevenue.objects.get()

    assert (row.currency, row.entries) == (currency, len(booked))
    assert row.net == sum(each["net"] for each in booked)
    assert row.fees == sum(each["fee"] for each in booked)
    assert (row.gross, row.refunds, row.disputes) == (2 * amount, -330, -amount)
    assert count_stale_days() == 0


def test_entry_written_again_counts_once(offer: Offer) -> None:
    entry = create_entry(create_order(offer), 1900, 85)
    entry.pk = None

    LedgerEntry.objects.bulk_create([entry], ignore_conflicts=True)

    assert _rows() == [("2026-03-01", "EUR", 1, 1900, 0, 0, 0, 85, 1815)]


@pytest.mark.django_db(transaction=True)
def test_entries_written_at_the_same_time_all_count() -> None:
    order = create_order(create_offer())
    both_ready = threading.Barrier(2)

    def write(amounts: list[int]) -> None:
        both_ready.wait()
        for amount in amounts:
            create_entry(order, amount)
        connection.close()

    threads = [threading.Thread(target=write, args=([start + n for n in range(20)],)) for start in (100, 1000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert DailyRevenue.objects.get().gross == sum(range(100, 120)) + sum(range(1000, 1020))


def test_rebuild_daily_revenue_mends_what_was_changed_by_hand(offer: Offer) -> None:
    order = create_order(offer)
    create_entry(order, 1900, 85)
    create_entry(order, 300, currency="USD")
    before = _rows()
    DailyRevenue.objects.filter(currency="EUR").update(gross=1, net=-84)
    DailyRevenue.objects.filter(currency="USD").delete()

    with pytest.raises(CommandError, match="2 rows are not the ledger's sum"):
        call_command("daily_revenue")
    told = StringIO()
    call_command("daily_revenue", "--rebuild", stdout=told)

    assert "2 rows summed up" in told.getvalue()
    assert _rows() == before


def test_rebuild_daily_revenue_of_an_empty_ledger_is_empty() -> None:
    assert (rebuild_daily_revenue(), count_stale_days()) == (0, 0)
