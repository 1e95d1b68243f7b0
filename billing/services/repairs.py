"""What the ledger lacks, fetched from Stripe again. Nothing in the ledger is ever rewritten."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone

from billing import mirror
from billing.comparison import Figures
from billing.models import Discrepancy, LedgerEntry, Reconciliation
from billing.services.deliveries import lock_objects
from billing.services.orders import refresh_order
from billing.services.queueing import enqueue
from billing.services.reconciliation import ReconciliationRefused
from billing.states import InvalidOrderTransition
from billing.stripe_gateway import StripeRefused, StripeUnavailable
from proposals.models import User

MOST_DAYS = 400
logger = logging.getLogger(__name__)


@transaction.atomic
def request_reconciliation(*, days: int, by: User) -> None:
    """Have a worker compare the last days. Raises ReconciliationRefused."""
    _require_right(by)
    if not 1 <= days <= MOST_DAYS:
        raise ReconciliationRefused(f"between 1 and {MOST_DAYS} days can be compared")
    if Reconciliation.objects.filter(status=Reconciliation.Status.RUNNING).exists():
        raise ReconciliationRefused("another reconciliation is under way")
    enqueue("reconcile_ledger", days, by.pk)


@transaction.atomic
def request_repair(*, run_id: int, by: User) -> int:
    """Have a worker fetch every payment of a run that is missing here; return how many. Raises ReconciliationRefused.

    Asking again is harmless: fetching a payment twice changes nothing.
    """
    _require_right(by)
    rows = Discrepancy.objects.select_for_update().filter(
        run_id=run_id, closed_at=None, problem=Discrepancy.Problem.MISSING_HERE, order__isnull=False
    )
    keys = list(rows.values_list("pk", flat=True))
    if not keys:
        raise ReconciliationRefused("nothing of this run is missing here any more")
    Discrepancy.objects.filter(pk__in=keys).update(repair_asked_at=timezone.now(), repair_asked_by=by, note="")
    for key in keys:
        enqueue("repair_discrepancy", key)
    logger.warning("repair of %s transactions of reconciliation %s asked for by %s", len(keys), run_id, by)
    return len(keys)


def _require_right(by: User) -> None:
    if not by.may("billing.reconcile_ledger"):
        raise ReconciliationRefused("you may not reconcile the ledger; ask for the Operators group")


def repair_discrepancy(discrepancy_id: int) -> bool:
    """Fetch the payment, recompute its order, and close what then agrees; say whether it did. Safe to repeat.

    Takes the payment's and the order's lock. What Stripe does not answer, or answers otherwise, is noted with the row.
    """
    try:
        with transaction.atomic():
            return _repair(discrepancy_id)
    except (StripeUnavailable, StripeRefused, InvalidOrderTransition) as error:
        Discrepancy.objects.filter(pk=discrepancy_id).update(note=str(error)[:500])
        return False


def _repair(discrepancy_id: int) -> bool:
    row = Discrepancy.objects.select_for_update().filter(pk=discrepancy_id).first()
    if row is None or not row.is_repairable or row.order is None or row.there is None:
        return False
    lock_objects([row.payment_intent_id])
    mirror.fetch_payment(row.payment_intent_id)
    refresh_order(str(row.order.reference), intent_id=row.payment_intent_id)
    entry = LedgerEntry.objects.filter(external_id=row.external_id).first()
    if entry is None:
        row.note = "Fetched, but nothing that we book names this transaction."
    elif Figures(entry.kind, entry.gross, entry.fee, entry.net, entry.currency) != Figures(**row.there):
        row.note = "Booked, but with other figures than Stripe listed: compare again."
    else:
        row.note, row.closing, row.closed_at = "Booked.", Discrepancy.Closing.REPAIRED, timezone.now()
    row.save(update_fields=["note", "closing", "closed_at"])
    return row.closed_at is not None
