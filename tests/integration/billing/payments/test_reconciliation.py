"""The ledger against Stripe's balance transactions, over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from billing.drift import ledger_health
from billing.models import Discrepancy, LedgerEntry, Offer, Order, Reconciliation
from billing.sandbox.objects.balance_transaction import build_balance_transaction
from billing.services import (
    ReconciliationRefused,
    is_reconciliation_due,
    reconcile,
    request_reconciliation,
    request_refund,
    request_repair,
)
from billing.states import OrderStatus
from billing.tasks import reconcile_ledger
from proposals.models import User
from tests.factories import create_user
from tests.factories.ledgers import create_entry
from tests.factories.offers import create_offer
from tests.factories.shop import Shop, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(quiet_shop: Shop) -> Shop:
    return quiet_shop


def compare(**times: Any) -> Reconciliation:
    return reconcile(**{"until": timezone.now() + timedelta(seconds=2)} | times)


def _problems(run: Reconciliation) -> list[tuple[str, str]]:
    return list(run.discrepancies.order_by("external_id").values_list("external_id", "problem"))


def _unheard(shop: Shop, offer: Offer) -> Order:
    """Paid at Stripe, and nothing told of it came here."""
    order = shop.buy(offer, email="bo@example.com")
    shop.pay(order)
    return order


def test_reconcile_agrees_after_payments_refunds_and_disputes_of_three_currencies(shop: Shop) -> None:
    lead = create_user(groups=("Leads",))
    for currency, amount in (("EUR", 1900), ("JPY", 1900), ("KWD", 12_340)):
        offer = create_offer(currency.lower(), currency=currency, amount=amount)
        order = shop.paid(offer)
        request_refund(order_id=order.pk, amount=700, reason="Sent back in part.", by=lead)
        shop.paid(offer, "4000000000000259", email="di@example.com")
    shop.settle()

    run = compare()

    assert (run.status, run.compared, run.foreign, run.stale_days) == ("agreed", 12, 0, 0)
    assert [(each["currency"], each["drift"]) for each in run.totals] == [("EUR", 0), ("JPY", 0), ("KWD", 0)]
    assert all(each["here"] == each["there"] for each in run.totals)
    assert ledger_health().is_good


def test_reconcile_reads_every_page_and_leaves_out_what_is_nobodys_order(shop: Shop, offer: Offer) -> None:
    order = shop.paid(offer)
    charge = shop.sandbox.store.get("charge", shop.charge(order))
    for number in range(230):
        told = _book(shop, charge, f"txn_page_{number}", "charge", 100 + number)
        create_entry(order, 100 + number, at=_moment(told["created"]), external_id=told["id"])
    _book(shop, charge, "txn_payout", "payout", -900)

    run = compare()

    assert (run.status, run.compared, run.foreign) == ("agreed", 231, 1)


def test_reconcile_finds_missing_here_missing_there_and_what_differs(shop: Shop, offer: Offer) -> None:
    order = shop.paid(offer)
    known = LedgerEntry.objects.get()
    lost = _unheard(shop, offer)
    create_entry(order, 4200, 10, at=timezone.now().replace(microsecond=0), external_id="txn_zz_nowhere")
    booked = shop.sandbox.store.get("balance_transaction", known.external_id)
    shop.sandbox.store.update(booked, {"fee": booked["fee"] + 1, "net": booked["net"] - 1})

    run = compare()

    missing = run.discrepancies.get(problem="missing_here")
    differs = run.discrepancies.get(problem="differs")
    assert (run.status, run.missing_here, run.missing_there, run.differing) == ("drifted", 1, 1, 1)
    assert (missing.order, missing.currency, missing.drift) == (lost, "EUR", missing.there["net"])
    assert (differs.external_id, differs.differing, differs.drift) == (known.external_id, ["fee", "net"], -1)
    assert run.discrepancies.get(problem="missing_there").drift == -4190
    assert run.totals[0]["drift"] == missing.drift - 1 - 4190
    health = ledger_health()
    assert (health.open, health.drift) == (3, {"EUR": missing.drift - 1 - 4190})


def test_reconcile_leaves_payments_of_another_shop_alone(shop: Shop, offer: Offer) -> None:
    order = _unheard(shop, offer)
    Order.objects.filter(pk=order.pk).update(reference="00000000-0000-4000-8000-000000000000")

    run = compare()

    assert (run.status, run.compared, run.foreign) == ("agreed", 0, 1)


def test_request_repair_books_what_was_never_told(shop: Shop, offer: Offer) -> None:
    order = _unheard(shop, offer)
    run = compare()

    count = request_repair(run_id=run.pk, by=create_user())
    work()

    order.refresh_from_db()
    row = run.discrepancies.get()
    assert (count, row.closing, row.note) == (1, "repaired", "Booked.")
    assert (order.status, order.fulfilled_at is not None, order.ledger_entries.count()) == (OrderStatus.PAID, True, 1)
    assert compare().status == "agreed"
    assert ledger_health().is_good


def test_request_repair_books_a_refund_and_a_dispute_that_were_never_told(shop: Shop, offer: Offer) -> None:
    order = shop.paid(offer)
    disputed = shop.paid(offer, email="di@example.com")
    request_refund(order_id=order.pk, amount=700, reason="Sent back in part.", by=create_user(groups=("Leads",)))
    shop.sandbox.controls.dispute(charge=shop.charge(disputed))
    run = compare()

    request_repair(run_id=run.pk, by=create_user())
    work()

    assert (run.missing_here, compare().status) == (2, "agreed")
    order.refresh_from_db()
    disputed.refresh_from_db()
    assert (order.status, disputed.status) == (OrderStatus.PARTIALLY_REFUNDED, OrderStatus.DISPUTED)


def test_repair_that_stripe_does_not_answer_is_noted_and_can_be_asked_for_again(shop: Shop, offer: Offer) -> None:
    _unheard(shop, offer)
    run = compare()
    shop.sandbox.controls.fail(times=3, status=503)

    request_repair(run_id=run.pk, by=create_user())
    work()
    noted = run.discrepancies.get()
    request_repair(run_id=run.pk, by=create_user())
    work()

    assert (noted.closed_at, noted.note) == (None, "Stripe answered 503")
    assert run.discrepancies.get().closing == "repaired"


def test_reconcile_again_closes_what_an_earlier_run_left_open(shop: Shop, offer: Offer) -> None:
    _unheard(shop, offer)
    first, second = compare(), compare()

    assert first.discrepancies.get().closing == Discrepancy.Closing.COMPARED_AGAIN
    assert second.discrepancies.get().closed_at is None
    assert ledger_health().open == 1


def test_reconcile_without_an_answer_fails_and_closes_nothing(shop: Shop, offer: Offer) -> None:
    _unheard(shop, offer)
    compare()
    shop.sandbox.controls.fail(times=3, status=0, path="/v1/balance_transactions")

    run = compare()

    assert (run.status, run.compared) == ("failed", 0)
    assert "cannot be reached" in run.error
    assert ledger_health().open == 1


def test_reconcile_ledger_on_its_schedule_runs_once_a_night_and_again_after_a_failure(shop: Shop) -> None:
    shop.sandbox.controls.fail(times=3, status=503)

    told = [reconcile_ledger() for _ in range(3)]
    Reconciliation.objects.update(since=F("since") - timedelta(days=2), until=F("until") - timedelta(days=2))

    assert told == ["failed", "agreed", ""]
    assert is_reconciliation_due(timezone.now())
    compare()
    assert not is_reconciliation_due(timezone.now())


def test_reconcile_while_another_is_under_way_is_refused(shop: Shop) -> None:
    now = timezone.now()
    other = Reconciliation.objects.create(since=now - timedelta(days=1), until=now)

    with pytest.raises(ReconciliationRefused, match="another reconciliation is under way"):
        compare()
    Reconciliation.objects.filter(pk=other.pk).update(started_at=now - timedelta(hours=7))
    run = compare()

    other.refresh_from_db()
    assert (other.status, run.status) == ("failed", "agreed")


@pytest.mark.parametrize("by", [{"groups": ("Viewers",)}, {"groups": ("Operators",), "kind": "service"}])
def test_repair_and_reconciliation_are_refused_without_the_right(db: None, by: dict[str, Any]) -> None:
    person: User = create_user(**by)

    with pytest.raises(ReconciliationRefused, match="Operators group"):
        request_reconciliation(days=3, by=person)
    with pytest.raises(ReconciliationRefused, match="Operators group"):
        request_repair(run_id=1, by=person)


def test_reconcile_command_says_what_differs_and_fails(shop: Shop, offer: Offer) -> None:
    shop.paid(offer)
    today = timezone.now().astimezone(UTC).date()
    told = StringIO()

    call_command("reconcile", f"--until={today + timedelta(days=1)}", stdout=told)
    _unheard(shop, offer)
    with pytest.raises(CommandError, match="1 missing here"):
        call_command("reconcile", f"--since={today}", f"--until={today + timedelta(days=1)}", stdout=told)

    assert "1 transactions compared" in told.getvalue()
    assert "drift €18" in told.getvalue()


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _book(shop: Shop, source: dict[str, Any], key: str, kind: str, amount: int) -> dict[str, Any]:
    made = build_balance_transaction(
        key=key, created=shop.sandbox.store.now(), source=source, kind=kind, category=kind, amount=amount
    )
    with shop.sandbox.store.lock:
        return shop.sandbox.store.add(made)
