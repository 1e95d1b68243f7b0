"""What Stripe says of an order becomes its state."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from billing import mirror
from billing.models import LedgerEntry, Order, OrderEvent
from billing.services.receipts import enqueue_receipt
from billing.services.reversals import record_disputes, record_refunds
from billing.states import SETTLED, OrderStatus, ensure_transition, status_of
from billing.stripe_gateway import Json

ABANDONED_AFTER = timedelta(days=2)  # a hosted page closes after one


@transaction.atomic
def refresh_order(reference: str, *, session_id: str = "", intent_id: str = "") -> Order | None:
    """Recompute an order from the mirror, with its refunds, disputes and ledger; None when there is no such order.

    Nothing is added up from events, so it may run any number of times, in any order. Locks the order. The ids fill
    in what the order does not know yet. Raises InvalidOrderTransition.
    """
    order = Order.objects.select_for_update().filter(reference=reference).first()
    if order is None:
        return None
    _learn_ids(order, session_id, intent_id)
    paid_by = order.stripe_payment_intent_id or ""
    facts = mirror.payment_facts(order.stripe_session_id or "", paid_by)
    _take_over_amounts(order, mirror.session_of(order.stripe_session_id or ""))
    order.amount_refunded = facts.amount_refunded
    order.last_error = "" if facts.intent_status == "succeeded" else mirror.payment_error(paid_by)[:500]
    _move(order, status_of(facts))
    order.save()
    record_refunds(order, mirror.refunds_of(paid_by))
    record_disputes(order, mirror.disputes_of(paid_by))
    _write_ledger(order, paid_by)
    return order


def _learn_ids(order: Order, session_id: str, intent_id: str) -> None:
    """The session is normally known from its making, unless we were cut off just then."""
    order.stripe_session_id = order.stripe_session_id or session_id or None
    known = order.stripe_payment_intent_id or intent_id or mirror.payment_intent_of(order.stripe_session_id or "")
    order.stripe_payment_intent_id = known or None


def _take_over_amounts(order: Order, session: Json) -> None:
    """A promotion code can be typed on the hosted page as well."""
    if session:
        order.amount_subtotal = session["amount_subtotal"]
        order.amount_discount = session["total_details"]["amount_discount"]
        order.amount_total = session["amount_total"]


def _move(order: Order, after: OrderStatus) -> None:
    before = OrderStatus(order.status)
    if before != after:
        ensure_transition(before, after)
        order.status = after
        _note(order, OrderEvent.Kind.STATUS, f"{before.label} → {after.label}")
    if after != OrderStatus.PENDING:
        order.checkout_url = ""
    if after in SETTLED and order.fulfilled_at is None:
        _fulfil(order)


def _fulfil(order: Order) -> None:
    """Hand out what was bought: once, whatever came of the money since, so that the order of events cannot matter."""
    order.fulfilled_at = timezone.now()
    _note(order, OrderEvent.Kind.FULFILLED, order.offer_name)
    enqueue_receipt(order.pk)


def _write_ledger(order: Order, intent_id: str) -> None:
    """Add what is not there; `external_id` holds the rest off."""
    LedgerEntry.objects.bulk_create(
        (
            LedgerEntry(
                external_id=each.external_id,
                kind=each.kind,
                gross=each.gross,
                fee=each.fee,
                net=each.net,
                currency=each.currency,
                order=order,
                opportunity_id=order.opportunity_id,
                offer_id=order.offer_id,
                source_id=each.source_id,
                occurred_at=each.occurred_at,
            )
            for each in mirror.movements_of(intent_id)
        ),
        ignore_conflicts=True,
    )


def _note(order: Order, kind: OrderEvent.Kind, note: str) -> None:
    OrderEvent.objects.create(order=order, kind=kind, note=note[:500])


def expire_abandoned_orders() -> int:
    """Close orders that never reached Stripe; return how many. Those that did are closed when Stripe says so."""
    closed = 0
    since = timezone.now() - ABANDONED_AFTER
    waiting = Order.objects.filter(status=OrderStatus.PENDING, stripe_session_id=None, created_at__lt=since)
    for key in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            order = waiting.select_for_update().filter(pk=key).first()
            if order is not None:
                _move(order, OrderStatus.EXPIRED)
                order.save(update_fields=["status", "checkout_url", "updated_at"])
                closed += 1
    return closed
