"""No object of the sandbox carries a key that Stripe's published fixture of it lacks."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from billing.sandbox import Sandbox
from tests.integration.billing.sandboxing import client_of, open_session, paid_charge, type_card

FIXTURES = Path(__file__).resolve().parents[4] / "shared" / "stripe" / "fixtures3.json"
PUBLISHED: dict[str, Any] = json.loads(FIXTURES.read_text())["resources"]

EXCEPTIONS = {
    "customer.shipping.address": "the fixture has no shipping",
    "customer.shipping.name": "the fixture has no shipping",
    "customer.shipping.phone": "the fixture has no shipping",
    "event.data.previous_attributes": "sent with *.updated events; the fixture is of a *.created one",
    "payment_intent.last_payment_error.charge": "the fixture's error is cut down to its type",
    "payment_intent.last_payment_error.code": "the fixture's error is cut down to its type",
    "payment_intent.last_payment_error.decline_code": "the fixture's error is cut down to its type",
    "payment_intent.last_payment_error.doc_url": "the fixture's error is cut down to its type",
    "payment_intent.last_payment_error.message": "the fixture's error is cut down to its type",
    "payment_intent.last_payment_error.payment_method": "the fixture's error is cut down to its type",
    "payment_intent.next_action.redirect_to_url": "the fixture's next action is cut down to its type",
    "payment_intent.payment_method_options.card": "the fixture has no options",
    "refund.failure_balance_transaction": "documented for failed refunds; the fixture's succeeded",
    "refund.failure_reason": "documented for failed refunds; the fixture's succeeded",
    "webhook_endpoint.secret": "in the answer to its creation only, as documented",
}
FREE = {"metadata", "evidence", "payment_method_details.card.checks"}
"""Objects whose keys are the caller's own, or wholly listed in Stripe's reference."""


def surplus(thing: Any, published: Any, path: str) -> Iterator[str]:
    """The paths in `thing` that `published` has not; objects of their own kind are compared with their own fixture."""
    if isinstance(thing, list):
        example = published[0] if isinstance(published, list) and published else None
        for each in thing:
            yield from surplus(each, example, path)
    if not isinstance(thing, dict) or path.rpartition(".")[2] in FREE:
        return
    published, path = fixture_of(thing) or (published, path)
    if isinstance(published, dict):
        for name, value in thing.items():
            yield from () if name in published else (f"{path}.{name}",)
            yield from surplus(value, published.get(name), f"{path}.{name}")


def fixture_of(thing: dict[str, Any]) -> tuple[Any, str] | None:
    kind = thing.get("object")
    if not isinstance(kind, str) or kind not in PUBLISHED:
        return None
    return PUBLISHED[f"deleted_{kind}" if thing.get("deleted") else kind], kind


@pytest.fixture(scope="module")
def seen() -> dict[str, list[Any]]:
    """Everything there is after a life of the shop, by kind, and what only answers hold."""
    with Sandbox() as sandbox:
        client = client_of(sandbox)
        catalogue = client.v1.products.create({"name": "Audit", "metadata": {"a": "b"}})
        client.v1.prices.create({"product": catalogue.id, "currency": "eur", "unit_amount": 700})
        feature = client.v1.entitlements.features.create({"name": "Reports", "lookup_key": "reports"})
        client.v1.products.features.create(catalogue.id, {"entitlement_feature": feature.id})
        coupon = client.v1.coupons.create({"percent_off": 10, "duration": "once"})
        client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "TEN"})
        customer = client.v1.customers.create({"email": "a@example.com", "address": {"city": "Ulm"}})
        client.v1.customers.update(customer.id, {"name": "Ann"})
        other = client.v1.customers.create({"name": "Bo", "shipping": {"name": "Bo", "address": {"city": "Bonn"}}})
        endpoint = {"url": "http://127.0.0.1:9/", "enabled_events": ["charge.refunded"]}
        answers: list[Any] = [client.v1.webhook_endpoints.create(endpoint)]  # type: ignore[arg-type]
        open_session(client, customer=customer.id, discounts=[{"coupon": coupon.id}])
        type_card(str(open_session(client).url), "4000000000000002")
        type_card(str(open_session(client).url), "4000002760003184")
        client.v1.refunds.create({"charge": paid_charge(sandbox, client, number="4000000000005126").id})
        paid_charge(sandbox, client, number="4000000000000259")
        sandbox.controls.advance(seconds=60)
        for dispute in client.v1.disputes.list().data:
            sandbox.controls.close_dispute(dispute=dispute.id, won=True)
        answers += [client.v1.accounts.retrieve_current(), client.v1.balance.retrieve()]
        answers.append(client.v1.customers.delete(other.id))
        found = {kind: list(rows.values()) for kind, rows in sandbox.store.tables.items() if kind in PUBLISHED}
        found["item"] = [item for note in sandbox.store.notes.values() for item in note.get("items", ())]
    return found | {"answers": [json.loads(str(answer)) for answer in answers]}


def test_objects_carry_no_key_that_the_published_fixture_lacks(seen: dict[str, list[Any]]) -> None:
    extra = {path for things in seen.values() for thing in things for path in surplus(thing, None, "")}

    assert extra == EXCEPTIONS.keys()


def test_shapes_were_seen_of_every_kind_that_is_emulated(seen: dict[str, list[Any]]) -> None:
    kinds = {kind for kind, things in seen.items() if things}

    assert kinds >= {
        "customer", "product", "product_feature", "entitlements.feature", "price", "coupon", "promotion_code",
        "checkout.session", "item", "payment_intent", "payment_method", "charge", "refund", "dispute",
        "balance_transaction", "event", "webhook_endpoint",
    }  # fmt: skip
