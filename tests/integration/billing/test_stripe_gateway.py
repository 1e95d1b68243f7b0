"""What stands between us and Stripe when it is slow, fails, or loses its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import stripe

from billing import stripe_gateway
from billing.sandbox import Sandbox
from billing.stripe_gateway import CheckoutLine, StripeRefused, StripeUnavailable
from tests.integration.billing.sandboxing import client_of, paid_charge


@pytest.fixture
def sandbox(settings: Any) -> Iterator[Sandbox]:
    with Sandbox() as running:
        settings.STRIPE = replace(settings.STRIPE, api_host=running.url)
        yield running


def create_customer() -> str:
    return stripe_gateway.create_customer(reference="1", email="jo@example.com", name="Jo")


def create_checkout() -> str:
    line = CheckoutLine("Audit", 1900, "EUR")
    urls = {"success_url": "http://localhost/", "cancel_url": "http://localhost/"}
    customer = create_customer()
    return stripe_gateway.create_checkout(
        order="1", customer=customer, line=line, promotion_code=None, **urls
    ).session_id


@pytest.mark.parametrize(
    ("call", "path", "kind"),
    [
        (create_customer, "/v1/customers", "customer"),
        (create_checkout, "/v1/checkout/sessions", "checkout.session"),
    ],
)
@pytest.mark.parametrize("status", [0, 500])
def test_calls_that_create_are_one_call_however_often_their_answer_is_lost(
    sandbox: Sandbox, call: Callable[[], str], path: str, kind: str, status: int
) -> None:
    sandbox.controls.fail(times=stripe_gateway.RETRIES + 1, status=status, method="POST", path=path, after=True)

    with pytest.raises(StripeUnavailable):
        call()
    made = call()

    assert [each["id"] for each in sandbox.store.all(kind)] == [made]


def test_create_refund_with_the_same_reference_refunds_once(sandbox: Sandbox) -> None:
    charge = paid_charge(sandbox, client_of(sandbox))

    for _ in range(2):
        stripe_gateway.create_refund(reference="1", payment_intent=charge.payment_intent, amount=300)

    assert [each["amount"] for each in sandbox.store.all("refund")] == [300]


def test_calls_do_not_wait_longer_than_their_timeout(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe_gateway, "TIMEOUT_SECONDS", 0.05)
    monkeypatch.setattr(stripe_gateway, "RETRIES", 0)
    sandbox.controls.latency(seconds=0.5)

    with pytest.raises(StripeUnavailable, match="cannot be reached"):
        stripe_gateway.find_promotion_code("TEN")


def test_calls_that_stripe_understands_and_refuses_say_so(sandbox: Sandbox) -> None:
    with pytest.raises(StripeRefused, match="No such checkout") as refusal:
        stripe_gateway.retrieve_checkout("cs_none")

    assert refusal.value.code == "resource_missing"


def test_install_defaults_bounds_what_the_mirror_does(settings: Any) -> None:
    settings.STRIPE = replace(settings.STRIPE, api_host="http://127.0.0.1:9")

    stripe_gateway.install_defaults()

    client: Any = stripe.default_http_client
    assert (client._timeout, stripe.max_network_retries, stripe.api_base) == (10, 2, "http://127.0.0.1:9")
