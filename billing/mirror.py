"""Stripe's objects as dj-stripe keeps them. No other module of ours imports `djstripe`.

The mirror is what Stripe last told us, less what is about a person, and never the state of an order: that is
recomputed from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import JSONField, Model, Q
from django.db.models.signals import pre_save
from django.dispatch import receiver
from djstripe.event_handlers import djstripe_receiver
from djstripe.models import (
    Account,
    APIKey,
    Charge,
    Customer,
    Dispute,
    Event,
    PaymentIntent,
    PaymentMethod,
    Refund,
    Session,
    StripeModel,
)

from billing.models import LedgerEntry
from billing.personal_data import without_personal_data
from billing.states import PaymentFacts
from billing.stripe_gateway import Json, api_key, list_of_payment, our_errors

_UNMIRRORED = frozenset({"customer.deleted"})  # dj-stripe would send a DELETE to Stripe
_OURS = (Account, APIKey)  # the shop's own data
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RETURNED = frozenset({"pending", "requires_action", "succeeded"})
_MODELS: dict[str, Any] = {
    "payment_intent": PaymentIntent,
    "checkout.session": Session,
    "charge": Charge,
    "refund": Refund,
    "dispute": Dispute,
}
_DISPUTE_KINDS = {
    "dispute": LedgerEntry.Kind.DISPUTE,
    "dispute_reversal": LedgerEntry.Kind.DISPUTE_REVERSAL,
}


@dataclass(frozen=True, slots=True)
class Movement:
    """A balance transaction: minor units, signed as our balance sees them; upper-case currency."""

    external_id: str
    kind: LedgerEntry.Kind
    gross: int
    fee: int
    net: int
    currency: str
    source_id: str
    occurred_at: datetime


@djstripe_receiver(["refund.created", "refund.updated", "refund.failed"])  # type: ignore[untyped-decorator]
def _mirror_refund(sender: Any, event: Any, **_: Any) -> None:  # noqa: ARG001 - the names are the signal's
    """Dj-stripe has no receiver for refunds."""
    key = event.default_api_key
    data = Refund(id=event.data["object"]["id"]).api_retrieve(api_key=key)
    Refund.sync_from_stripe_data(data, api_key=key)


@receiver(pre_save)
def _keep_no_personal_data(sender: type[Model], instance: Model, **_: Any) -> None:
    """dj-stripe stores whole objects; this is the one place that all of them pass."""
    if issubclass(sender, StripeModel) and not issubclass(sender, _OURS):
        _empty(instance)


def _empty(row: Any) -> None:
    for field in row._meta.concrete_fields:  # noqa: SLF001 - Django documents it
        if isinstance(field, JSONField):
            setattr(row, field.attname, without_personal_data(getattr(row, field.attname)))
    if isinstance(row, Customer):
        row.email = ""


def empty_rows_of(customer_id: str, intent_ids: Sequence[str]) -> int:
    """Take the person out of rows that were stored whole; return how many that changed. Idempotent.

    New rows are stored without. Call it inside a transaction.
    """
    about = Q(stripe_data__customer=customer_id)
    told = Q(stripe_data__data__object__customer=customer_id) | Q(stripe_data__data__object__id=customer_id)
    found = [
        Customer.objects.filter(id=customer_id),
        *(model.objects.filter(about) for model in (Session, PaymentIntent, PaymentMethod, Charge)),
        Dispute.objects.filter(payment_intent_id__in=intent_ids),
        Event.objects.filter(told),
    ]
    return sum(_emptied(row) for rows in found for row in rows.iterator())


def _emptied(row: Any) -> bool:
    before = dict(row.__dict__)
    _empty(row)
    is_changed = any(before[name] != value for name, value in row.__dict__.items() if name != "_state")
    if is_changed:
        row.save()
    return is_changed


def mirror_event(event: Json) -> None:
    """Fetch and keep what an event is about; does nothing for one already kept.

    Call it inside a transaction that holds the locks of `lock_keys`: a slow fetch must not overwrite a newer one.
    """
    if event["type"] not in _UNMIRRORED:
        Event.process(event, api_key=api_key())


def fetch_payment(intent_id: str) -> None:
    """Fetch a payment and all that belongs to it once more, whatever was told of it before. Under the lock of its id.

    Raises StripeUnavailable and StripeRefused.
    """
    key = api_key()
    for kind, object_id in list_of_payment(intent_id):
        model = _MODELS[kind]
        with our_errors():
            model.sync_from_stripe_data(model(id=object_id).api_retrieve(api_key=key), api_key=key)


def lock_keys(event: Json) -> list[str]:
    """What must not be fetched by two at a time: the object and its payment, in an order that all keep."""
    about = event["data"]["object"]
    return sorted({text for name in ("id", "payment_intent") if isinstance(text := about.get(name), str)})


def order_reference(event: Json) -> str:
    """The order that an event is about, by what we put into Stripe's metadata; empty when it is none of ours."""
    about = event["data"]["object"]
    told = _order_in(about)
    if told or not isinstance(about.get("payment_intent"), str):
        return told
    intent = PaymentIntent.objects.filter(id=about["payment_intent"]).first()
    return _order_in(intent.stripe_data) if intent else ""


def _order_in(data: Json) -> str:
    metadata = data.get("metadata")
    told = metadata.get("order") if isinstance(metadata, dict) else None
    return told if isinstance(told, str) and _UUID.fullmatch(told) else ""


def payment_intent_of(session_id: str) -> str:
    """The payment of a session, or empty while it has none."""
    session = Session.objects.filter(id=session_id).first()
    return str((session and session.stripe_data.get("payment_intent")) or "")


def session_of(session_id: str) -> Json:
    """A session as last fetched; empty when it never was."""
    session = Session.objects.filter(id=session_id).first()
    return dict(session.stripe_data) if session else {}


def payment_facts(session_id: str, intent_id: str) -> PaymentFacts:
    """Everything that decides an order's status. Disputes count by the latest."""
    session = session_of(session_id)
    intent = PaymentIntent.objects.filter(id=intent_id).first()
    paid = intent.stripe_data if intent else {}
    disputes = sorted(disputes_of(intent_id), key=lambda each: int(each["created"]))
    return PaymentFacts(
        session_status=session.get("status") or "",
        payment_status=session.get("payment_status") or "",
        intent_status=paid.get("status") or "",
        amount_received=paid.get("amount_received") or 0,
        amount_refunded=sum(each["amount"] for each in refunds_of(intent_id) if each["status"] in _RETURNED),
        dispute_status=disputes[-1]["status"] if disputes else "",
    )


def payment_error(intent_id: str) -> str:
    """Why the last try to pay failed, in Stripe's words for customers; empty when it did not."""
    intent = PaymentIntent.objects.filter(id=intent_id).first()
    error = intent.stripe_data.get("last_payment_error") if intent else None
    return str((error or {}).get("message") or "")


def refunds_of(intent_id: str) -> list[Json]:
    """The refunds of a payment, as Stripe's objects."""
    return (
        [each.stripe_data for each in Refund.objects.filter(charge__payment_intent_id=intent_id)] if intent_id else []
    )


def disputes_of(intent_id: str) -> list[Json]:
    """The disputes of a payment, as Stripe's objects."""
    found = Dispute.objects.filter(payment_intent_id=intent_id) if intent_id else ()
    return [each.stripe_data for each in found]


def movements_of(intent_id: str) -> list[Movement]:
    """All money that a payment moved, refunds and disputes included."""
    return list(_movements(intent_id)) if intent_id else []


def _movements(intent_id: str) -> Iterator[Movement]:
    kinds = LedgerEntry.Kind
    charges = Charge.objects.filter(payment_intent_id=intent_id, balance_transaction__isnull=False)
    for charge in charges.select_related("balance_transaction"):
        yield _movement(charge.balance_transaction.stripe_data, kinds.PAYMENT)
    refunds = Refund.objects.filter(charge__payment_intent_id=intent_id)
    for refund in refunds.select_related("balance_transaction", "failure_balance_transaction"):
        if refund.balance_transaction:
            yield _movement(refund.balance_transaction.stripe_data, kinds.REFUND)
        if refund.failure_balance_transaction:
            yield _movement(refund.failure_balance_transaction.stripe_data, kinds.REFUND_FAILURE)
    for dispute in disputes_of(intent_id):
        for transaction in dispute["balance_transactions"]:
            yield _movement(transaction, _DISPUTE_KINDS.get(transaction["reporting_category"], kinds.OTHER))


def _movement(data: Json, kind: LedgerEntry.Kind) -> Movement:
    return Movement(
        external_id=data["id"],
        kind=kind,
        gross=data["amount"],
        fee=data["fee"],
        net=data["net"],
        currency=data["currency"].upper(),
        source_id=data["source"] or "",
        occurred_at=datetime.fromtimestamp(data["created"], UTC),
    )
