"""Disputes: money withdrawn with a fee, given back when won."""

from __future__ import annotations

from billing.sandbox.errors import StripeError
from billing.sandbox.money import dispute_fee
from billing.sandbox.objects.balance_transaction import build_balance_transaction
from billing.sandbox.objects.dispute import build_dispute
from billing.sandbox.shapes import Json
from billing.sandbox.store import Store

REASONS = ("fraudulent", "product_not_received", "duplicate", "general", "product_unacceptable", "unrecognized")
_CLOSED = {"won", "lost", "warning_closed"}
_WINNING, _LOSING = "winning_evidence", "losing_evidence"  # what Stripe's test mode takes as a verdict


def open_dispute(
    store: Store, charge: Json, *, reason: str = "fraudulent", is_inquiry: bool = False, amount: int | None = None
) -> Json:
    """Dispute a charge, by default for all that is not refunded. Raises StripeError when nothing is left or it is."""
    amount = charge["amount"] - charge["amount_refunded"] if amount is None else amount
    if not charge["paid"] or charge["disputed"] or not 0 < amount <= charge["amount"]:
        raise StripeError(f"Charge {charge['id']} cannot be disputed for {amount}.", param="charge")
    dispute = build_dispute(
        key=store.new_id("du"),
        created=store.now(),
        charge=charge,
        amount=amount,
        reason=reason,
        is_inquiry=is_inquiry,
    )
    store.add(dispute)
    if is_inquiry:
        store.emit("charge.dispute.created", dispute)
    else:
        _book(store, dispute, "dispute", -amount, dispute_fee(charge["currency"]))
        store.emit("charge.dispute.created", dispute)
        store.emit("charge.dispute.funds_withdrawn", dispute)
    store.change(charge, {"disputed": True}, "charge.updated")
    return dispute


def submit_evidence(store: Store, dispute: Json, evidence: Json, *, is_submitted: bool) -> Json:
    """Keep evidence; submitted, it is under review, and Stripe's two magic words decide at once."""
    require_open(dispute)
    details = dispute["evidence_details"]
    changes: Json = {
        "evidence": dispute["evidence"] | evidence,
        "evidence_details": details
        | {"has_evidence": True, "submission_count": details["submission_count"] + int(is_submitted)},
    }
    if is_submitted:
        changes["status"] = "warning_under_review" if _is_inquiry(dispute) else "under_review"
    store.change(dispute, changes, "charge.dispute.updated")
    said = dispute["evidence"]["uncategorized_text"]
    if is_submitted and said in {_WINNING, _LOSING}:
        close_dispute(store, dispute, is_won=said == _WINNING)
    return dispute


def close_dispute(store: Store, dispute: Json, *, is_won: bool) -> Json:
    """Decide a dispute; a won one gives the amount back, the fee stays. Raises StripeError when it is decided."""
    require_open(dispute)
    if _is_inquiry(dispute):
        store.update(dispute, {"status": "warning_closed"})
        store.emit("charge.dispute.closed", dispute)
        return dispute
    store.update(dispute, {"status": "won" if is_won else "lost"})
    if is_won:
        _book(store, dispute, "dispute_reversal", dispute["amount"], 0)
    store.emit("charge.dispute.closed", dispute)
    if is_won:
        store.emit("charge.dispute.funds_reinstated", dispute)
    return dispute


def require_open(dispute: Json) -> None:
    """Raise StripeError when a dispute is decided."""
    if dispute["status"] in _CLOSED:
        raise StripeError(f"This dispute is already {dispute['status']}.", param="dispute")


def _is_inquiry(dispute: Json) -> bool:
    return str(dispute["status"]).startswith("warning_")


def _book(store: Store, dispute: Json, category: str, amount: int, fee: int) -> None:
    transaction = build_balance_transaction(
        key=store.new_id("txn"),
        created=store.now(),
        source=dispute,
        kind="adjustment",
        category=category,
        amount=amount,
        fee=fee,
        fee_title="Dispute fee",
        is_available=True,
    )
    store.add(transaction)
    store.update(dispute, {"balance_transactions": [*dispute["balance_transactions"], transaction]})
