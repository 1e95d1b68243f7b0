"""A sandbox to test against, with the real Stripe client and an endpoint that takes webhooks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import requests
import stripe

from billing.sandbox import Sandbox
from tests.factories.receivers import serving
from tests.waiting import wait_until

KEY = "sk_test_" + "0" * 24
SECRET = "whsec_tests"


@dataclass
class Receiver:
    """An endpoint that verifies each delivery with Stripe's own code and answers as `answer` says."""

    url: str = ""
    events: list[stripe.Event] = field(default_factory=list)
    answer: Callable[[stripe.Event], int] = lambda _event: 200

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]

    @property
    def ids(self) -> list[str]:
        return [event.id for event in self.events]

    def wait_for(self, *types: str) -> None:
        wait_until(lambda: set(types) <= set(self.types), 10)


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            event = stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], SECRET)
            receiver.events.append(event)
            self.send_response(receiver.answer(event))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as address:
        receiver.url = f"{address}/hook?from=sandbox"
        yield receiver


def client_of(sandbox: Sandbox, key: str = KEY, retries: int = 0) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": sandbox.url},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=20),
    )


def open_session(client: stripe.StripeClient, amount: int = 5000, **params: Any) -> Any:
    given: dict[str, Any] = {
        "mode": "payment",
        "line_items": [
            {
                "price_data": {"currency": "eur", "unit_amount": amount, "product_data": {"name": "Audit"}},
                "quantity": 1,
            }
        ],
        "success_url": "http://127.0.0.1:8000/thanks?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:8000/offers/",
        "client_reference_id": "order-1",
        "metadata": {"order": "1"},
        "payment_intent_data": {"metadata": {"order": "1"}},
    }
    options = params.pop("options", None)
    return client.v1.checkout.sessions.create(given | params, options)  # type: ignore[arg-type]


def type_card(page_url: str, number: str = "4242424242424242", **fields: str) -> requests.Response:
    """Send the hosted page's form; redirects are not followed."""
    form = {"email": "buyer@example.com", "number": number, "exp": "12/40", "cvc": "123", "name": "Jo Buyer"}
    return requests.post(page_url, form | fields, allow_redirects=False, timeout=20)


def paid_charge(sandbox: Sandbox, client: stripe.StripeClient, **params: Any) -> Any:
    """A charge of a session paid with a card, whole."""
    number = params.pop("number", "4242424242424242")
    session = open_session(client, **params)
    sandbox.controls.pay(session=session.id, number=number)
    whole = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    return whole.payment_intent.latest_charge  # type: ignore[union-attr]
