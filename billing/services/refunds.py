"""Money that an operator gives back."""

from __future__ import annotations

import uuid

from django.db import transaction

from billing import stripe_gateway
from billing.models import Order, OrderEvent, Refund
from billing.money import format_money
from billing.states import OrderStatus
from billing.stripe_gateway import StripeRefused
from proposals.models import User

REASON_LENGTH = 10
REFUNDABLE = frozenset({OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED})


class RefundRefused(Exception):
    """Why this refund is not made; the message says it in words."""


def request_refund(*, order_id: int, amount: int, reason: str, by: User, reference: uuid.UUID | None = None) -> Refund:
    """Refund a part or all of an order, in minor units, at Stripe. Not inside a transaction.

    The order changes when Stripe tells us. The same `reference` is the same refund: a form sent twice refunds once.
    Raises RefundRefused; StripeUnavailable leaves the request standing, and asking again for the same amount goes on
    with it, so that no refund is made twice.
    """
    refund = _open_request(order_id, amount, reason, by, reference or uuid.uuid4())
    if refund.status != Refund.Status.REQUESTED:
        return refund
    try:
        told = stripe_gateway.create_refund(
            reference=str(refund.reference),
            payment_intent=str(refund.order.stripe_payment_intent_id),
            amount=refund.amount,
        )
    except StripeRefused as error:
        _close_request(refund.pk, stripe_id=None, status=Refund.Status.FAILED, failure=str(error))
        raise RefundRefused(f"Stripe refused: {error}") from error
    return _close_request(refund.pk, stripe_id=told["id"], status=told["status"], failure="")


@transaction.atomic
def _open_request(order_id: int, amount: int, reason: str, by: User, reference: uuid.UUID) -> Refund:
    order = Order.objects.select_for_update().get(pk=order_id)
    made = Refund.objects.filter(order=order, reference=reference).first()
    if made is not None:
        return made
    _require_refundable(order, amount, reason, by)
    standing = Refund.objects.filter(order=order, status=Refund.Status.REQUESTED).first()
    if standing is not None:
        if standing.amount != amount:
            shown = format_money(standing.amount, order.currency)
            raise RefundRefused(f"a refund of {shown} is waiting for Stripe: ask for that amount again first")
        return standing
    OrderEvent.objects.create(
        order=order,
        kind=OrderEvent.Kind.REFUND,
        note=f"{format_money(amount, order.currency)} asked for: {reason.strip()}"[:500],
        by=by,
    )
    return Refund.objects.create(
        reference=reference,
        order=order,
        amount=amount,
        currency=order.currency,
        reason=reason.strip()[:500],
        requested_by=by,
    )


def _require_refundable(order: Order, amount: int, reason: str, by: User) -> None:
    if not by.may("billing.refund_order"):
        raise RefundRefused("you may not refund orders; ask for the Leads group")
    if len(reason.strip()) < REASON_LENGTH:
        raise RefundRefused(f"give a reason of at least {REASON_LENGTH} characters")
    if order.status not in REFUNDABLE or not order.stripe_payment_intent_id:
        raise RefundRefused(f"an order that is {order.get_status_display().lower()} cannot be refunded")
    if not 0 < amount <= order.amount_left:
        raise RefundRefused(f"between 1 and {order.amount_left} minor units of {order.currency} can be refunded")


@transaction.atomic
def _close_request(refund_id: int, *, stripe_id: str | None, status: str, failure: str) -> Refund:
    """Stripe's webhook may have been faster; what it wrote stays."""
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if refund.status == Refund.Status.REQUESTED:
        refund.stripe_id, refund.status, refund.failure = stripe_id, status, failure[:500]
        refund.save(update_fields=["stripe_id", "status", "failure", "updated_at"])
    return refund
