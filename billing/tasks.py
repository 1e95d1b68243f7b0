"""What django-q2 calls, in worker processes."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from billing.services import (
    ReconciliationRefused,
    enqueue_missing_receipts,
    expire_abandoned_orders,
    is_reconciliation_due,
    process_delivery,
    purge_deliveries,
    reconcile,
    send_receipt,
    sweep_deliveries,
)
from billing.services import repair_discrepancy as repair
from proposals.models import User

logger = logging.getLogger(__name__)


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


def reconcile_ledger(days: int = 0, by: int | None = None) -> str:
    """Compare the ledger with Stripe: the last days up to now for who asked; on a schedule, once a night."""
    if not settings.STRIPE.is_open or not (days or is_reconciliation_due(timezone.now())):
        return ""
    now, person = timezone.now(), User.objects.filter(pk=by).first() if by else None
    try:
        run = reconcile(since=now - timedelta(days=days), until=now, by=person) if days else reconcile()
    except ReconciliationRefused as refusal:
        logger.warning("no reconciliation: %s", refusal)
        return ""
    return str(run.status)


def repair_discrepancy(discrepancy_id: int) -> bool:
    """Fetch one payment again. Safe to call any number of times."""
    return repair(discrepancy_id)
