"""No object of the sandbox carries a key that Stripe's published fixture of it lacks."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from billing.sandbox import Sandbox
from billing.sandbox.api.dispatch import ROUTES
from billing.sandbox.objects.account import ACCOUNT_ID
from tests.integration.billing.sandboxing import KEY, type_card

FIXTURES = Path(__file__).resolve().parents[4] / "shared" / "stripe" / "fixtures3.json"
PUBLISHED: dict[str, Any] = json.loads(FIXTURES.read_text())["resources"]

_EXPANDED = "only when it is asked for, with expand[], as documented"
EXCEPTIONS = {
    "balance_transaction.fee_details.*": "the fixture has no fees",
    "checkout.session.discounts.*": "the fixture has no discount",
    "checkout.session.line_items": _EXPANDED,
    "checkout.session.total_details.breakdown": _EXPANDED,
    "customer.shipping.address": "the fixture has no shipping",
    "customer.shipping.name": "the fixture has no shipping",
    "customer.shipping.phone": "the fixture has no shipping",
    "customer.sources": _EXPANDED,
    "customer.subscriptions": _EXPANDED,
    "customer.tax_ids": _EXPANDED,
    "event.data.previous_attributes": "sent with *.updated events; the fixture is of a *.created one",
    "item.discounts": _EXPANDED,
    "payment_intent.last_payment_error.charge": "the fixture's error is cut down to its type",
    "payment_intent.last_payment_error.code": "the fixture's error is cut down to its type",
    "payment_intent.last_payment_error.decline_code": "the fixture's error is cut down to its type",
    "payment_intent.last_payment_error.doc_url": "the fixture's error is cut down to its type",
    "payment_intent.last_payment_error.message": "the fixture's error is cut down to its type",
    "payment_intent.last_payment_error.payment_method": "the fixture's error is cut down to its type",
    "payment_intent.next_action.redirect_to_url": "the fixture's next action is cut down to its type",
    "payment_intent.payment_method_options.card": "the fixture has no options",
    "price.currency_options": _EXPANDED,
    "refund.failure_balance_transaction": "documented for failed refunds; the fixture's succeeded",
    "refund.failure_reason": "documented for failed refunds; the fixture's succeeded",
    "webhook_endpoint.secret": "in the answer to its creation only, as documented",
}
FREE = {"metadata", "evidence", "payment_method_details.card.checks"}
"""Objects whose keys are the caller's own, or wholly listed in Stripe's reference."""
LIST = PUBLISHED["charge"]["refunds"] | {"data": None}
"""What every published list has beside its objects."""
ERROR = dict.fromkeys(("message", "type", "code", "doc_url", "param", "decline_code"))
"""Errors have no fixture; these keys are in Stripe's reference (docs.stripe.com/api/errors)."""
ALWAYS_REFUSED = {("POST", "/v1/payment_intents/{id}/cancel")}
"""Every payment intent is Checkout's, which cancels it itself."""
EXPANSIONS = {
    "/v1/checkout/sessions/{id}": [
        "line_items",
        "payment_intent.latest_charge.balance_transaction",
        "total_details.breakdown",
    ],
    "/v1/checkout/sessions/{id}/line_items": ["data.discounts"],
    "/v1/charges/{id}": ["refunds", "customer", "payment_method"],
    "/v1/customers/{id}": ["sources", "subscriptions", "tax_ids"],
    "/v1/prices/{id}": ["currency_options", "product"],
    "/v1/refunds/{id}": ["balance_transaction", "charge"],
}


@dataclass
class Wire:
    """Asks the sandbox over HTTP, and keeps every answer as it came and the route that gave it."""

    sandbox: Sandbox
    http: requests.Session = field(default_factory=requests.Session)
    bodies: list[Any] = field(default_factory=list)
    routes: set[tuple[str, str]] = field(default_factory=set)

    def ask(self, method: str, path: str, form: dict[str, Any] | None = None, *, key: str = KEY) -> Any:
        """The body of an answer, whatever its status."""
        where = {"params" if method == "GET" else "data": form or {}}
        answer = self.http.request(method, self.sandbox.url + path, auth=(key, ""), timeout=20, **where)  # type: ignore[arg-type]
        found = next((each for each in ROUTES if each.method == method and each.match(path) is not None), None)
        if found is not None and answer.status_code == 200:
            self.routes.add((found.method, found.path))
        self.bodies.append(answer.json())
        return self.bodies[-1]

    def make(self, path: str, **form: Any) -> str:
        """The id of what a POST made or changed."""
        return str(self.ask("POST", path, form)["id"])

    def session(self, price: str = "", **form: Any) -> str:
        """A session for one line, open; with a price of its own unless one is given."""
        own = {"[price_data][currency]": "eur", "[price_data][unit_amount]": 5000}
        own |= {"[price_data][product_data][name]": "Audit"}
        line = {f"line_items[0]{name}": value for name, value in ({"[price]": price} if price else own).items()}
        given = {"mode": "payment", "success_url": "http://localhost/", "line_items[0][quantity]": 1}
        return self.make("/v1/checkout/sessions", **given | line | {"payment_intent_data[metadata][order]": "1"} | form)

    def paid(self, number: str = "4242424242424242", **form: Any) -> str:
        """The payment intent of a session for which that card was tried."""
        return str(self.sandbox.controls.pay(session=self.session(**form), number=number)["payment_intent"])

    def ids(self, path: str) -> list[str]:
        """The ids of a list, and those of the account, which is in none."""
        listed = [each["id"] for each in self.ask("GET", path, {"limit": 100})["data"]]
        return [ACCOUNT_ID] if path == "/v1/accounts" else listed


def surplus(thing: Any, published: Any, path: str) -> Iterator[str]:
    """The paths in `thing` that `published` has not; objects of their own kind are compared with their own fixture.

    `path.*` stands for an object, where the fixture has none to compare with.
    """
    if isinstance(thing, list):
        example = published[0] if isinstance(published, list) and published else None
        for each in thing:
            yield from surplus(each, example, path)
    if not isinstance(thing, dict) or not thing or path.rpartition(".")[2] in FREE:
        return
    published, path = fixture_of(thing) or (published, path)
    if not isinstance(published, dict):
        yield f"{path}.*"
        return
    for name, value in thing.items():
        yield from () if name in published else (f"{path}.{name}",)
        if name in published or (isinstance(value, dict) and "object" in value):
            yield from surplus(value, published.get(name), f"{path}.{name}")


def fixture_of(thing: dict[str, Any]) -> tuple[Any, str] | None:
    kind = thing.get("object")
    if kind == "list":
        return LIST, "list"
    if not isinstance(kind, str) or kind not in PUBLISHED:
        return None
    return PUBLISHED[f"deleted_{kind}" if thing.get("deleted") else kind], kind


def live(wire: Wire) -> None:
    """Everything a shop does, and everything that can happen to it."""
    controls = wire.sandbox.controls
    product = wire.make("/v1/products", name="Audit", **{"metadata[a]": "b"})
    price = wire.make("/v1/prices", product=product, currency="eur", unit_amount=700)
    feature = wire.make("/v1/entitlements/features", name="Reports", lookup_key="reports")
    attached = wire.make(f"/v1/products/{product}/features", entitlement_feature=feature)
    wire.ask("GET", f"/v1/products/{product}/features")
    wire.ask("DELETE", f"/v1/products/{product}/features/{attached}")
    wire.make(f"/v1/products/{product}/features", entitlement_feature=feature)
    coupon = wire.make("/v1/coupons", percent_off=10, duration="once")
    wire.make("/v1/promotion_codes", code="TEN", **{"promotion[type]": "coupon", "promotion[coupon]": coupon})
    customer = wire.make("/v1/customers", email="a@example.com", **{"address[city]": "Ulm"})
    other = wire.make("/v1/customers", **{"shipping[name]": "Bo", "shipping[address][city]": "Bonn"})
    endpoint = {"url": "http://127.0.0.1:9/", "enabled_events[0]": "charge.refunded"}
    wire.make("/v1/webhook_endpoints", **endpoint)

    wire.session(customer=customer, **{"discounts[0][coupon]": coupon})
    wire.paid(customer=customer, price=price)
    wire.ask("POST", f"/v1/checkout/sessions/{wire.session()}/expire")
    wire.paid("4000000000000002")
    challenged = wire.session()
    type_card(f"{wire.sandbox.url}/c/pay/{challenged}", "4000002760003184")
    waiting = wire.ask("GET", f"/v1/checkout/sessions/{challenged}")["payment_intent"]
    wire.ask("GET", f"/v1/payment_intents/{waiting}")
    for number in ("4000000000005126", "4000000000007726", "4242424242424242"):
        wire.make("/v1/refunds", payment_intent=wire.paid(number), amount=300)
    wire.ask("GET", f"/v1/refunds/{wire.make('/v1/refunds', payment_intent=wire.paid())}")
    for number in ("4000000000000259", "4000000000002685", "4000000000001976"):
        wire.paid(number)
    controls.advance(seconds=60)
    lost, won, _ = wire.ids("/v1/disputes")
    wire.ask("POST", f"/v1/disputes/{won}", {"evidence[uncategorized_text]": "winning_evidence", "submit": "true"})
    wire.ask("POST", f"/v1/disputes/{lost}/close")
    for path in (
        f"/v1/customers/{other}",
        f"/v1/coupons/{wire.make('/v1/coupons', percent_off=5, duration='once')}",
        f"/v1/products/{wire.make('/v1/products', name='Gone')}",
        f"/v1/webhook_endpoints/{wire.make('/v1/webhook_endpoints', **endpoint)}",
    ):
        wire.ask("DELETE", path)
    wire.ask("GET", f"/v1/customers/{other}")


def change_and_read_everything(wire: Wire) -> None:
    """Every object of every list: changed where that can be, read by itself, and expanded."""
    for route in sorted(ROUTES, key=lambda each: each.method, reverse=True):  # changes first
        stem, hole, _ = route.path.partition("/{id}")
        plain = route.path in {stem, f"{stem}/{{id}}"}
        for key in wire.ids(stem) if hole and route.method in {"GET", "POST"} else [""]:
            path = route.path.replace("{id}", key)
            if route.method == "GET" and "{" not in path:
                wire.ask("GET", path, {"expand[]": EXPANSIONS.get(route.path, [])})
            elif route.method == "POST" and hole and plain:
                wire.ask("POST", path, {"metadata[seen]": "yes"})


def go_wrong(wire: Wire) -> None:
    """Every kind of error."""
    wire.ask("GET", "/v1/customers/cus_none")
    wire.ask("GET", "/v1/nothing")
    wire.ask("GET", "/v1/customers", key="sk_live_" + "0" * 24)
    wire.ask("POST", "/v1/customers", {"email": "nobody"})
    wire.ask("POST", "/v1/customers", {"unknown": "1"})
    wire.ask("POST", "/v1/products")
    wire.ask("POST", f"/v1/payment_intents/{wire.paid('4000000000000002')}/cancel")
    wire.ask("POST", "/v1/refunds", {"payment_intent": wire.paid(), "amount": 10**6})
    for status in (429, 500):
        wire.sandbox.controls.fail(status=status)
        wire.ask("GET", "/v1/customers")


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with Sandbox() as sandbox:
        asked = Wire(sandbox)
        live(asked)
        change_and_read_everything(asked)
        go_wrong(asked)
        yield asked
        asked.http.close()


def test_answers_carry_no_key_that_the_published_fixture_lacks(wire: Wire) -> None:
    extra = {path for body in wire.bodies for path in surplus(body, {"error": ERROR}, "")}

    assert extra == EXCEPTIONS.keys()


def test_answers_came_from_every_route_and_hold_every_kind(wire: Wire) -> None:
    kinds = {kind for body in wire.bodies for kind in kinds_in(body)}

    assert wire.routes == {(each.method, each.path) for each in ROUTES} - ALWAYS_REFUSED
    assert kinds >= wire.sandbox.store.tables.keys() - {"deleted_customer"} | {
        "list", "item", "account", "balance", "deleted_customer", "deleted_coupon", "deleted_product",
        "deleted_product_feature", "deleted_webhook_endpoint",
    }  # fmt: skip


def test_events_carry_what_the_api_shows_of_the_same_object(wire: Wire) -> None:
    events = wire.ask("GET", "/v1/events", {"limit": 100})["data"]

    assert {each["type"].rpartition(".")[0] for each in events} >= {"charge", "refund", "payment_intent"}
    for event in events:
        shown = fixture_of(event["data"]["object"])
        assert shown is not None, event["type"]


def kinds_in(thing: Any) -> Iterator[str]:
    """The kinds of all objects in an answer."""
    for each in thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ():
        yield from kinds_in(each)
    if isinstance(thing, dict) and isinstance(thing.get("object"), str):
        yield f"deleted_{thing['object']}" if thing.get("deleted") else thing["object"]
