"""Money given back."""

from __future__ import annotations

import pytest

from billing.models import LedgerEntry, Offer, Order, Refund
from billing.services import RefundRefused, request_refund
from billing.states import OrderStatus
from billing.stripe_gateway import StripeUnavailable
from proposals.models import User
from tests.factories import create_user
from tests.factories.shop import Shop

pytestmark = pytest.mark.django_db
REASON = "The customer sent it back."


@pytest.fixture
def lead(db: None) -> User:
    return create_user(groups=("Leads",))


@pytest.fixture
def shop(quiet_shop: Shop) -> Shop:
    return quiet_shop


@pytest.fixture
def paid(shop: Shop, offer: Offer) -> Order:
    return shop.paid(offer)


def _refunded(order: Order) -> tuple[str, int]:
    order.refresh_from_db()
    return order.status, order.amount_refunded


def test_request_refund_in_part_then_in_full(shop: Shop, offer: Offer, lead: User) -> None:
    order = shop.paid(offer)

    request_refund(order_id=order.pk, amount=500, reason=REASON, by=lead)
    shop.settle()
    partly = _refunded(order)
    request_refund(order_id=order.pk, amount=1400, reason=REASON, by=lead)
    shop.settle()

    assert partly == (OrderStatus.PARTIALLY_REFUNDED, 500)
    assert _refunded(order) == (OrderStatus.REFUNDED, 1900)
    assert sum(order.ledger_entries.values_list("gross", flat=True)) == 0
    assert sorted(order.refunds.values_list("status", "reason")) == [("succeeded", REASON)] * 2


def test_request_refund_that_fails_later_gives_the_money_back(shop: Shop, offer: Offer, lead: User) -> None:
    order = shop.paid(offer, "4000000000005126")

    request_refund(order_id=order.pk, amount=1900, reason=REASON, by=lead)
    shop.settle()
    first = _refunded(order)
    shop.sandbox.controls.advance(seconds=60)
    shop.settle()

    assert first == (OrderStatus.REFUNDED, 1900)
    assert _refunded(order) == (OrderStatus.PAID, 0)
    assert order.refunds.get().failure == "expired_or_canceled_card"
    kinds = set(order.ledger_entries.values_list("kind", flat=True))
    assert kinds == {LedgerEntry.Kind.PAYMENT, LedgerEntry.Kind.REFUND, LedgerEntry.Kind.REFUND_FAILURE}


def test_request_refund_whose_answer_was_lost_is_made_once(shop: Shop, offer: Offer, lead: User) -> None:
    order = shop.paid(offer)
    shop.sandbox.controls.fail(times=3, status=0, path="/v1/refunds", after=True)

    with pytest.raises(StripeUnavailable):
        request_refund(order_id=order.pk, amount=700, reason=REASON, by=lead)
    request_refund(order_id=order.pk, amount=700, reason=REASON, by=lead)
    shop.settle()

    assert _refunded(order) == (OrderStatus.PARTIALLY_REFUNDED, 700)
    assert len(shop.sandbox.store.all("refund")) == 1


def test_refund_made_at_stripe_appears_here(shop: Shop, offer: Offer) -> None:
    from billing import stripe_gateway  # noqa: PLC0415 - stands for the dashboard

    order = shop.paid(offer)

    stripe_gateway.create_refund(reference="by-hand", payment_intent=str(order.stripe_payment_intent_id), amount=300)
    shop.settle()

    assert _refunded(order) == (OrderStatus.PARTIALLY_REFUNDED, 300)
    assert order.refunds.get().requested_by is None


@pytest.mark.parametrize(
    ("amount", "reason", "group", "why"),
    [
        (0, REASON, "Leads", "between 1 and 1900"),
        (1901, REASON, "Leads", "between 1 and 1900"),
        (100, "short", "Leads", "reason of at least"),
        (100, REASON, "Operators", "Leads group"),
    ],
)
def test_request_refund_refuses(paid: Order, amount: int, reason: str, group: str, why: str) -> None:
    with pytest.raises(RefundRefused, match=why):
        request_refund(order_id=paid.pk, amount=amount, reason=reason, by=create_user(groups=(group,)))

    assert not Refund.objects.exists()


def test_request_refund_of_a_disputed_order_is_refused(shop: Shop, offer: Offer, lead: User) -> None:
    order = shop.paid(offer, "4000000000000259")

    with pytest.raises(RefundRefused, match="disputed cannot be refunded"):
        request_refund(order_id=order.pk, amount=100, reason=REASON, by=lead)
