"""The states of an order, of a webhook delivery and of an experiment, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices


class OrderStatus(TextChoices):
    """Where an order stands. Only what Stripe says moves it."""

    PENDING = "pending", "Waiting for payment"
    PROCESSING = "processing", "Payment under way"
    PAID = "paid", "Paid"
    PARTIALLY_REFUNDED = "partially_refunded", "Refunded in part"
    REFUNDED = "refunded", "Refunded"
    DISPUTED = "disputed", "Disputed"
    DISPUTE_LOST = "dispute_lost", "Dispute lost"
    EXPIRED = "expired", "Expired"


SETTLED = frozenset({
    OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED, OrderStatus.REFUNDED, OrderStatus.DISPUTED,
    OrderStatus.DISPUTE_LOST,
})  # fmt: skip
"""Money has come in, whatever became of it since."""

_ANY_SETTLED = frozenset(SETTLED)
TRANSITIONS: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    # events come in any order, so everything may be learnt at once
    OrderStatus.PENDING: _ANY_SETTLED | {OrderStatus.PROCESSING, OrderStatus.EXPIRED},
    OrderStatus.PROCESSING: _ANY_SETTLED | {OrderStatus.PENDING, OrderStatus.EXPIRED},
    OrderStatus.PAID: _ANY_SETTLED - {OrderStatus.PAID},
    OrderStatus.PARTIALLY_REFUNDED: _ANY_SETTLED - {OrderStatus.PARTIALLY_REFUNDED},
    OrderStatus.REFUNDED: _ANY_SETTLED - {OrderStatus.REFUNDED},  # a refund that failed gives the money back to us
    OrderStatus.DISPUTED: _ANY_SETTLED - {OrderStatus.DISPUTED},
    OrderStatus.DISPUTE_LOST: _ANY_SETTLED - {OrderStatus.DISPUTE_LOST},
    OrderStatus.EXPIRED: _ANY_SETTLED,  # money that came in after all is never ignored
}


class DeliveryStatus(TextChoices):
    """Where a webhook delivery stands."""

    RECEIVED = "received", "Received"
    FAILED = "failed", "Failed, to be tried again"
    PROCESSED = "processed", "Processed"
    DEAD = "dead", "Dead letter"


DELIVERY_TRANSITIONS: Mapping[DeliveryStatus, frozenset[DeliveryStatus]] = {
    DeliveryStatus.RECEIVED: frozenset({DeliveryStatus.PROCESSED, DeliveryStatus.FAILED, DeliveryStatus.DEAD}),
    DeliveryStatus.FAILED: frozenset({DeliveryStatus.PROCESSED, DeliveryStatus.DEAD, DeliveryStatus.RECEIVED}),
    DeliveryStatus.PROCESSED: frozenset({DeliveryStatus.RECEIVED}),  # replayed by a person
    DeliveryStatus.DEAD: frozenset({DeliveryStatus.RECEIVED}),
}


class ReconciliationStatus(TextChoices):
    """What came of comparing the ledger with Stripe."""

    RUNNING = "running", "Under way"
    AGREED = "agreed", "Agrees"
    DRIFTED = "drifted", "Differs"
    FAILED = "failed", "Failed"


RECONCILIATION_TRANSITIONS: Mapping[ReconciliationStatus, frozenset[ReconciliationStatus]] = {
    ReconciliationStatus.RUNNING: frozenset({
        ReconciliationStatus.AGREED, ReconciliationStatus.DRIFTED, ReconciliationStatus.FAILED,
    }),
    ReconciliationStatus.AGREED: frozenset(),
    ReconciliationStatus.DRIFTED: frozenset(),
    ReconciliationStatus.FAILED: frozenset(),
}  # fmt: skip


class ExperimentStatus(TextChoices):
    """Where an experiment stands. What runs or has run keeps its variants."""

    DRAFT = "draft", "Draft"
    RUNNING = "running", "Running"
    ENDED = "ended", "Ended"


EXPERIMENT_TRANSITIONS: Mapping[ExperimentStatus, frozenset[ExperimentStatus]] = {
    ExperimentStatus.DRAFT: frozenset({ExperimentStatus.RUNNING}),
    ExperimentStatus.RUNNING: frozenset({ExperimentStatus.ENDED}),
    ExperimentStatus.ENDED: frozenset(),
}


class InvalidOrderTransition(Exception):
    """The order is not in a state from which this can happen."""

    def __init__(self, before: str, after: str) -> None:
        self.before, self.after = before, after
        super().__init__(f"an order that is {before} cannot become {after}")


def ensure_transition(before: str, after: str) -> None:
    """Raise `InvalidOrderTransition` unless `TRANSITIONS` allows the move."""
    if OrderStatus(after) not in TRANSITIONS[OrderStatus(before)]:
        raise InvalidOrderTransition(before, after)


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What Stripe says of an order now, in minor units. Texts are Stripe's own, empty where there is nothing."""

    session_status: str = ""
    payment_status: str = ""
    intent_status: str = ""
    amount_received: int = 0
    amount_refunded: int = 0
    dispute_status: str = ""


_CALM_DISPUTES = frozenset({"", "won", "warning_closed", "prevented"})


def status_of(facts: PaymentFacts) -> OrderStatus:
    """The one status that the facts mean. Pure, so that order and number of deliveries do not matter."""
    paid = facts.intent_status == "succeeded" or facts.payment_status == "no_payment_required"
    if not paid:
        return _unpaid(facts)
    if facts.dispute_status == "lost":
        return OrderStatus.DISPUTE_LOST
    if facts.dispute_status not in _CALM_DISPUTES:
        return OrderStatus.DISPUTED
    if facts.amount_refunded <= 0:
        return OrderStatus.PAID
    is_whole = facts.amount_refunded >= facts.amount_received
    return OrderStatus.REFUNDED if is_whole else OrderStatus.PARTIALLY_REFUNDED


def _unpaid(facts: PaymentFacts) -> OrderStatus:
    if facts.intent_status == "processing":
        return OrderStatus.PROCESSING
    if facts.session_status == "expired" or facts.intent_status == "canceled":
        return OrderStatus.EXPIRED
    return OrderStatus.PENDING
