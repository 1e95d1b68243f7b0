"""Refunds and disputes as Stripe tells them, kept beside the order."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from billing.models import Dispute, Order, OrderEvent, Refund
from billing.stripe_gateway import Json


def record_refunds(order: Order, told: Iterable[Json]) -> None:
    """Make our rows say what Stripe says. The caller holds the order's lock."""
    for each in told:
        refund = _ours(order, each) or Refund(order=order, reason=each.get("reason") or "made at Stripe")
        before = refund.status if refund.pk else ""
        refund.stripe_id, refund.status = each["id"], each["status"]
        refund.amount, refund.currency = each["amount"], each["currency"].upper()
        refund.failure = each.get("failure_reason") or ""
        refund.save()
        if before != refund.status:
            note = f"{refund.amount} {refund.currency} {refund.status} {refund.failure}".strip()
            OrderEvent.objects.create(order=order, kind=OrderEvent.Kind.REFUND, note=f"{note} ({refund.stripe_id})")


def _ours(order: Order, told: Json) -> Refund | None:
    """The row of a refund: by its id, or by our reference when Stripe was faster than our own answer."""
    known = Refund.objects.filter(stripe_id=told["id"]).first()
    reference = (told.get("metadata") or {}).get("refund", "")
    if known or not _is_uuid(reference):
        return known
    return Refund.objects.filter(order=order, reference=reference).first()


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def record_disputes(order: Order, told: Iterable[Json]) -> None:
    """Make our rows say what Stripe says. The caller holds the order's lock."""
    for each in told:
        dispute = Dispute.objects.filter(stripe_id=each["id"]).first()
        before = dispute.status if dispute else ""
        due = (each.get("evidence_details") or {}).get("due_by")
        Dispute.objects.update_or_create(
            stripe_id=each["id"],
            defaults={
                "order": order,
                "amount": each["amount"],
                "currency": each["currency"].upper(),
                "status": each["status"],
                "reason": each.get("reason") or "",
                "due_by": datetime.fromtimestamp(due, UTC) if due else None,
                "opened_at": datetime.fromtimestamp(each["created"], UTC),
            },
        )
        if before != each["status"]:
            note = f"{each['amount']} {each['currency'].upper()} {each['status']}: {each.get('reason')} ({each['id']})"
            OrderEvent.objects.create(order=order, kind=OrderEvent.Kind.DISPUTE, note=note)
