"""Refunds: checked against what is left of the charge, booked, and finished later for some test cards."""

from __future__ import annotations

from billing.sandbox.cards import BY_NUMBER, Refunding
from billing.sandbox.errors import StripeError
from billing.sandbox.money import readable
from billing.sandbox.objects.balance_transaction import build_balance_transaction
from billing.sandbox.objects.refund import build_refund
from billing.sandbox.shapes import Json
from billing.sandbox.store import Store

SECONDS_TO_FINISH = 5


def refund_charge(store: Store, charge: Json, *, amount: int | None, reason: str | None, metadata: Json) -> Json:
    """Refund a part of a charge, or all that is left of it. Raises StripeError 400 when that cannot be."""
    amount = charge["amount"] - charge["amount_refunded"] if amount is None else amount
    _require_refundable(store, charge, amount)
    refunding = BY_NUMBER[store.note(charge["payment_method"])["number"]].refunding
    refund = build_refund(
        key=store.new_id("re"),
        created=store.now(),
        charge=charge,
        amount=amount,
        reason=reason,
        metadata=metadata,
        status="pending" if refunding is Refunding.LATER else "succeeded",
    )
    refund["balance_transaction"] = _book(store, refund, "refund", -amount)
    store.add(refund)
    if refunding is not Refunding.AT_ONCE:
        store.note(refund["id"]).update(due=store.now() + SECONDS_TO_FINISH, fails=refunding is Refunding.FAILS)
    store.emit("refund.created", refund)
    store.change(charge, _refunded(charge, amount), "charge.refunded")
    return refund


def finish_refund(store: Store, refund: Json) -> None:
    """Bring a refund that takes its time to its end: succeeded, or failed with the money back on the balance."""
    note = store.note(refund["id"])
    note.pop("due", None)
    if not note.get("fails"):
        before = store.update(refund, {"status": "succeeded"})
        _tell(store, refund, before, "refund.updated")
        return
    before = store.update(
        refund,
        {
            "status": "failed",
            "failure_reason": "expired_or_canceled_card",
            "failure_balance_transaction": _book(store, refund, "refund_failure", refund["amount"]),
        },
    )
    _tell(store, refund, before, "refund.failed")
    charge = store.get("charge", refund["charge"])
    store.change(charge, _refunded(charge, -refund["amount"]), "charge.updated")


def _tell(store: Store, refund: Json, before: Json, name: str) -> None:
    store.emit(name, refund, before if name == "refund.updated" else None)
    store.emit("charge.refund.updated", refund, before)


def _require_refundable(store: Store, charge: Json, amount: int) -> None:
    left = charge["amount"] - charge["amount_refunded"]
    disputes = [dispute for dispute in store.all("dispute") if dispute["charge"] == charge["id"]]
    if charge["status"] != "succeeded":
        raise StripeError(f"Charge {charge['id']} has failed, so there is nothing to refund.", param="charge")
    if any(dispute["status"] != "won" and not dispute["is_charge_refundable"] for dispute in disputes):
        raise StripeError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if left == 0:
        raise StripeError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount > left:
        what = "charge amount" if left == charge["amount"] else "unrefunded amount on charge"
        raise StripeError(
            f"Refund amount ({readable(amount, charge['currency'])}) is greater than {what} "
            f"({readable(left, charge['currency'])})",
            param="amount",
        )


def _refunded(charge: Json, more: int) -> Json:
    amount = charge["amount_refunded"] + more
    return {"amount_refunded": amount, "refunded": amount == charge["amount"]}


def _book(store: Store, refund: Json, kind: str, amount: int) -> str:
    transaction = build_balance_transaction(
        key=store.new_id("txn"), created=store.now(), source=refund, kind=kind, category=kind, amount=amount
    )
    return str(store.add(transaction)["id"])
