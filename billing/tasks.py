"""What django-q2 calls, in worker processes."""

from __future__ import annotations

from django.conf import settings

from billing.services import (
    enqueue_missing_receipts,
    expire_abandoned_orders,
    process_delivery,
    purge_deliveries,
    send_receipt,
    sweep_deliveries,
)


def process_webhook(delivery_id: int) -> None:
    """Process one delivery. Safe to call any number of times."""
    process_delivery(delivery_id)


def mail_receipt(order_id: int, again: bool = False) -> None:
    """Mail a receipt, once unless it was asked for again."""
    send_receipt(order_id, base_url=settings.SITE_ORIGIN, again=again)


def sweep_webhooks() -> int:
    """Take up what failed or was lost. On a schedule."""
    return sweep_deliveries()


def purge_webhooks() -> int:
    """Forget old deliveries. On a schedule."""
    return purge_deliveries()


def sweep_orders() -> int:
    """Close orders that never reached Stripe, and mail receipts that did not go out. On a schedule."""
    return expire_abandoned_orders() + enqueue_missing_receipts()
