"""Calls at the same time: each has the store to itself."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from billing.sandbox import Sandbox
from tests.integration.billing.sandboxing import client_of, open_session, paid_charge, type_card


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def at_once(call: Callable[[int], Any], times: int = 8) -> list[Any]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(call, range(times)))


def test_page_sent_at_once_charges_once(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    session = open_session(client)

    answers = at_once(lambda _number: type_card(session.url))

    assert {answer.status_code for answer in answers} == {303}
    assert len(client.v1.charges.list().data) == 1


def test_idempotency_key_at_once_makes_one_session(sandbox: Sandbox) -> None:
    made = at_once(lambda _number: open_session(client_of(sandbox), options={"idempotency_key": "checkout:1"}).id)

    assert len(set(made)) == 1


def test_refunds_at_once_never_exceed_the_charge(sandbox: Sandbox) -> None:
    charge = paid_charge(sandbox, client_of(sandbox))

    def refund(_number: int) -> int:
        try:
            return client_of(sandbox).v1.refunds.create({"charge": charge.id, "amount": 2000}).amount
        except stripe.InvalidRequestError:
            return 0

    refunded = at_once(refund)

    assert sorted(refunded) == [0] * 6 + [2000] * 2
    assert client_of(sandbox).v1.charges.retrieve(charge.id).amount_refunded == 4000
