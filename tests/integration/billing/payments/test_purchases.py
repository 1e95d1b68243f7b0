"""Whole purchases: our pages, Stripe's API, signed webhooks and the worker; the first over real HTTP throughout."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from billing.models import LedgerEntry, Offer, Order
from billing.states import OrderStatus
from tests.factories.shop import QuietShop, Shop

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_purchase_with_a_good_card_is_paid_fulfilled_and_in_the_ledger(shop: Shop, offer: Offer) -> None:
    order = shop.paid(offer)

    entry = order.ledger_entries.get()
    assert (order.status, order.amount_total, order.currency) == (OrderStatus.PAID, 1900, "EUR")
    assert order.fulfilled_at is not None
    assert (entry.kind, entry.gross, entry.net) == (LedgerEntry.Kind.PAYMENT, 1900, 1900 - entry.fee)
    assert entry.opportunity == offer.opportunity
    assert [message.to for message in mail.outbox] == [["jo@example.com"]]


def test_declined_card_leaves_the_order_open_and_says_why(quiet_shop: QuietShop, offer: Offer) -> None:
    order = quiet_shop.buy(offer)

    outcome = quiet_shop.pay(order, "4000000000009995")
    quiet_shop.settle()

    order.refresh_from_db()
    page = Client().get(order.get_absolute_url()).content.decode()
    assert (outcome, order.status, order.fulfilled_at) == ("declined", OrderStatus.PENDING, None)
    assert "insufficient funds" in page
    assert "Pay now" in page


@pytest.mark.parametrize(("authorise", "status"), [(True, OrderStatus.PAID), (False, OrderStatus.PENDING)])
def test_card_with_3d_secure_is_paid_when_it_is_authorised(
    quiet_shop: QuietShop, offer: Offer, authorise: bool, status: OrderStatus
) -> None:
    order = quiet_shop.buy(offer)

    quiet_shop.pay(order, "4000002760003184", authorise=authorise)
    quiet_shop.settle()

    order.refresh_from_db()
    assert order.status == status


def test_abandoned_session_expires_and_with_it_the_order(quiet_shop: QuietShop, offer: Offer) -> None:
    order = quiet_shop.buy(offer)

    quiet_shop.sandbox.controls.advance(seconds=25 * 3600)
    quiet_shop.settle()

    order.refresh_from_db()
    assert (order.status, order.checkout_url) == (OrderStatus.EXPIRED, "")
    assert not LedgerEntry.objects.exists()


def test_dispute_opened_and_lost_takes_the_money_back_in_the_ledger(quiet_shop: QuietShop, offer: Offer) -> None:
    order = quiet_shop.paid(offer)

    dispute = quiet_shop.sandbox.controls.dispute(charge=quiet_shop.charge(order))
    quiet_shop.settle()
    order.refresh_from_db()
    opened = order.status
    quiet_shop.sandbox.controls.close_dispute(dispute=dispute["id"])
    quiet_shop.settle()
    order.refresh_from_db()

    assert (opened, order.status) == (OrderStatus.DISPUTED, OrderStatus.DISPUTE_LOST)
    assert sum(order.ledger_entries.values_list("gross", flat=True)) == 0
    assert order.disputes.get().status == "lost"


def test_dispute_won_gives_the_money_back(quiet_shop: QuietShop, offer: Offer) -> None:
    order = quiet_shop.paid(offer)

    dispute = quiet_shop.sandbox.controls.dispute(charge=quiet_shop.charge(order))
    quiet_shop.sandbox.controls.close_dispute(dispute=dispute["id"], won=True)
    quiet_shop.settle()

    order.refresh_from_db()
    assert order.status == OrderStatus.PAID
    assert sum(order.ledger_entries.values_list("gross", flat=True)) == 1900


def test_ledger_equals_the_balance_at_stripe(quiet_shop: QuietShop, offer: Offer) -> None:
    for number in ("4242424242424242", "4000000000000077", "4000000000000259"):
        quiet_shop.paid(offer, number, email=f"{number}@example.com")

    theirs = {(each["id"], each["amount"], each["fee"]) for each in quiet_shop.sandbox.store.all("balance_transaction")}
    ours = set(LedgerEntry.objects.values_list("external_id", "gross", "fee"))
    assert ours == theirs
    assert Order.objects.filter(fulfilled_at=None).count() == 0
