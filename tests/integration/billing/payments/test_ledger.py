"""The ledger and the history of an order, which nobody rewrites."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from billing.models import LedgerEntry, Offer, OrderEvent, WebhookDelivery
from billing.services import refresh_order
from tests.factories.shop import Shop

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [LedgerEntry, OrderEvent])
def test_rows_can_be_neither_changed_nor_deleted(quiet_shop: Shop, offer: Offer, model: Any) -> None:
    quiet_shop.paid(offer)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.update(order_id=0)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.all()._raw_delete("default")

    assert model.objects.exists()


def test_refresh_order_again_changes_nothing(quiet_shop: Shop, offer: Offer) -> None:
    order = quiet_shop.paid(offer)
    before = (order.status, order.fulfilled_at, order.events.count(), order.ledger_entries.count())

    for _ in range(3):
        refresh_order(str(order.reference))

    order.refresh_from_db()
    assert (order.status, order.fulfilled_at, order.events.count(), order.ledger_entries.count()) == before


def test_refresh_order_of_somebody_elses_is_none() -> None:
    assert refresh_order("00000000-0000-0000-0000-000000000000") is None


def test_events_without_an_order_of_ours_are_kept_and_do_no_harm(quiet_shop: Shop) -> None:
    from billing import stripe_gateway  # noqa: PLC0415 - somebody else sells with the same account

    stripe_gateway.create_checkout(
        order="not ours",
        customer=stripe_gateway.create_customer(reference="x", email="x@example.com", name="X"),
        line=stripe_gateway.CheckoutLine("Else", 500, "EUR"),
        promotion_code=None,
        success_url="http://localhost/x",
        cancel_url="http://localhost/x",
    )
    session = quiet_shop.sandbox.store.all("checkout.session")[0]
    quiet_shop.sandbox.controls.pay(session=session["id"])

    quiet_shop.settle()

    assert not LedgerEntry.objects.exists()
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {"processed"}
