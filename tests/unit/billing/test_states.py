"""The states of an order, as data and as a pure function of what Stripe says."""

from __future__ import annotations

from itertools import product

import pytest

from billing.states import (
    DELIVERY_TRANSITIONS,
    RECONCILIATION_TRANSITIONS,
    SETTLED,
    TRANSITIONS,
    DeliveryStatus,
    InvalidOrderTransition,
    OrderStatus,
    PaymentFacts,
    ReconciliationStatus,
    ensure_transition,
    status_of,
)

_PAID = {"session_status": "complete", "intent_status": "succeeded", "amount_received": 100}


@pytest.mark.parametrize(("before", "after"), list(product(OrderStatus, OrderStatus)))
def test_ensure_transition_allows_what_the_table_does(before: OrderStatus, after: OrderStatus) -> None:
    if after in TRANSITIONS[before]:
        ensure_transition(before, after)
    else:
        with pytest.raises(InvalidOrderTransition):
            ensure_transition(before, after)


def test_transitions_never_lead_from_money_to_no_money() -> None:
    assert set(TRANSITIONS) == set(OrderStatus)
    assert set(DELIVERY_TRANSITIONS) == set(DeliveryStatus)
    assert {status for status, after in RECONCILIATION_TRANSITIONS.items() if after} == {ReconciliationStatus.RUNNING}
    assert all(TRANSITIONS[status] <= SETTLED for status in SETTLED)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, OrderStatus.PENDING),
        ({"session_status": "open"}, OrderStatus.PENDING),
        ({"session_status": "open", "intent_status": "requires_payment_method"}, OrderStatus.PENDING),
        ({"session_status": "complete", "intent_status": "processing"}, OrderStatus.PROCESSING),
        ({"session_status": "expired"}, OrderStatus.EXPIRED),
        ({"intent_status": "canceled"}, OrderStatus.EXPIRED),
        ({"session_status": "complete", "payment_status": "no_payment_required"}, OrderStatus.PAID),
        (_PAID, OrderStatus.PAID),
        (_PAID | {"session_status": "expired"}, OrderStatus.PAID),
        (_PAID | {"amount_refunded": 99}, OrderStatus.PARTIALLY_REFUNDED),
        (_PAID | {"amount_refunded": 100}, OrderStatus.REFUNDED),
        (_PAID | {"dispute_status": "needs_response"}, OrderStatus.DISPUTED),
        (_PAID | {"dispute_status": "warning_needs_response"}, OrderStatus.DISPUTED),
        (_PAID | {"dispute_status": "won"}, OrderStatus.PAID),
        (_PAID | {"dispute_status": "warning_closed", "amount_refunded": 100}, OrderStatus.REFUNDED),
        (_PAID | {"dispute_status": "lost", "amount_refunded": 100}, OrderStatus.DISPUTE_LOST),
    ],
)
def test_status_of_facts(facts: dict[str, object], status: OrderStatus) -> None:
    assert status_of(PaymentFacts(**facts)) == status  # type: ignore[arg-type]
