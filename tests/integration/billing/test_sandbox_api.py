"""The API as Stripe's own client for Python meets it."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import stripe

from billing.sandbox import Sandbox
from tests.integration.billing.sandboxing import KEY, client_of, open_session, paid_charge

Client = stripe.StripeClient


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return client_of(sandbox)


@pytest.mark.parametrize(
    ("headers", "status", "said"),
    [
        ({}, 401, "You did not provide an API key"),
        ({"Authorization": "Bearer "}, 401, "You did not provide an API key"),
        ({"Authorization": "Bearer sk_live_0123456789"}, 401, "refuses live keys"),
        ({"Authorization": "Bearer rk_live_0123456789"}, 401, "refuses live keys"),
        ({"Authorization": "Bearer pk_test_0123456789"}, 401, "Invalid API Key provided: pk_test_***"),
        ({"Authorization": "Basic !!!"}, 401, "You did not provide an API key"),
        ({"Authorization": "Digest x"}, 401, "You did not provide an API key"),
        ({"Authorization": f"Bearer {KEY}", "Stripe-Version": "2020-08-27"}, 400, "Invalid Stripe API version"),
        ({"Authorization": f"Bearer {KEY}", "Host": "evil.example"}, 403, "loopback only"),
    ],
)
def test_api_refuses_who_is_not_a_test(sandbox: Sandbox, headers: dict[str, str], status: int, said: str) -> None:
    answer = requests.get(f"{sandbox.url}/v1/account", headers=headers, timeout=20)

    assert answer.status_code == status
    assert said in answer.json()["error"]["message"]


def test_api_takes_basic_keys_and_echoes_versions_of_its_release(sandbox: Sandbox) -> None:
    plain = requests.get(f"{sandbox.url}/v1/account", auth=(KEY, ""), timeout=20)
    older = requests.get(
        f"{sandbox.url}/v1/account", auth=(KEY, ""), headers={"Stripe-Version": "2026-05-27.dahlia"}, timeout=20
    )

    assert plain.headers["Stripe-Version"] == stripe.api_version
    assert older.headers["Stripe-Version"] == "2026-05-27.dahlia"
    assert plain.headers["Request-Id"].startswith("req_")


def test_account_is_one_without_connected_accounts(client: Client) -> None:
    account = client.v1.accounts.retrieve_current()
    connected = client.v1.accounts.list()

    assert account.charges_enabled
    assert client.v1.accounts.retrieve(account.id) == account
    assert (connected.data, connected.url, connected.has_more) == ([], "/v1/accounts", False)


def test_customer_deleted_still_answers(client: Client) -> None:
    customer = client.v1.customers.create({"email": "a@example.com", "metadata": {"n": "1"}})
    client.v1.customers.update(customer.id, {"name": "Ann", "metadata": {"n": "", "m": "2"}})

    changed = client.v1.customers.retrieve(customer.id)
    client.v1.customers.delete(customer.id)
    gone = client.v1.customers.retrieve(customer.id)

    assert (changed.name, changed.email, changed.metadata.to_dict()) == ("Ann", "a@example.com", {"m": "2"})
    assert (gone.id, gone.deleted) == (customer.id, True)
    assert client.v1.customers.list().data == []


def test_update_tells_the_earlier_values_and_nothing_when_nothing_changed(client: Client) -> None:
    customer = client.v1.customers.create({"name": "Ann"})

    client.v1.customers.update(customer.id, {"name": "Bo"})
    client.v1.customers.update(customer.id, {"name": "Bo"})

    updates = client.v1.events.list({"type": "customer.updated"}).data
    assert [update.data.previous_attributes.to_dict() for update in updates] == [{"name": "Ann"}]


def test_product_with_a_price_cannot_be_deleted(client: Client) -> None:
    product = client.v1.products.create({"name": "Audit"})
    price = client.v1.prices.create({"product": product.id, "currency": "eur", "unit_amount": 700})
    free = client.v1.products.create({"name": "Alone"})

    with pytest.raises(stripe.InvalidRequestError, match="cannot be deleted"):
        client.v1.products.delete(product.id)
    client.v1.products.delete(free.id)

    assert (price.unit_amount, price.unit_amount_decimal, price.type) == (700, 700, "one_time")
    with pytest.raises(stripe.InvalidRequestError, match="No such product") as refusal:
        client.v1.products.retrieve(free.id)
    assert refusal.value.http_status == 404


def test_product_features_are_attached_listed_and_detached(client: Client) -> None:
    product = client.v1.products.create({"name": "Audit"})
    feature = client.v1.entitlements.features.create({"name": "Reports", "lookup_key": "reports"})

    attached = client.v1.products.features.create(product.id, {"entitlement_feature": feature.id})
    listed = client.v1.products.features.list(product.id)
    client.v1.products.features.delete(product.id, attached.id)

    assert [each.entitlement_feature.lookup_key for each in listed.data] == ["reports"]
    assert listed.url == f"/v1/products/{product.id}/features"
    assert client.v1.products.features.list(product.id).data == []


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"mode": None}, "parameter_missing", "mode"),
        ({"line_items": None}, "parameter_missing", "line_items"),
        ({"mode": "subscription"}, None, "mode"),
        ({"success_url": "javascript:alert(1)"}, "url_invalid", "success_url"),
        ({"cancel_url": "thanks"}, "url_invalid", "cancel_url"),
        ({"customer": "cus_none"}, "resource_missing", "customer"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
        ({"discounts": [{"coupon": "NONE"}]}, "resource_missing", "discounts[0][coupon]"),
        ({"expires_at": 1}, None, "expires_at"),
        ({"automatic_tax": {"enabled": True}}, None, "automatic_tax"),
        ({"unheard_of": "1"}, "parameter_unknown", "unheard_of"),
        ({"line_items": [{"price": "price_none", "quantity": 1}]}, "resource_missing", "line_items[0][price]"),
        ({"line_items": [{"quantity": 1}]}, "parameter_missing", "line_items[0][price]"),
        (
            {"line_items": [{"price_data": {"currency": "eur", "unit_amount": 5}, "quantity": 1}]},
            "parameter_missing",
            "line_items[0][price_data][product_data]",
        ),
    ],
)
def test_session_with_a_wrong_parameter_is_refused_and_nothing_kept(
    sandbox: Sandbox, client: Client, params: dict[str, Any], code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        open_session(client, **params)

    assert (refusal.value.code, refusal.value.param) == (code, param)
    assert sandbox.controls.counts()["objects"] == {}


def test_session_below_the_least_amount_is_refused(client: Client) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        open_session(client, amount=49)

    assert refusal.value.code == "amount_too_small"


def test_session_applies_a_promotion_code_to_every_line(client: Client) -> None:
    coupon = client.v1.coupons.create({"percent_off": 10, "duration": "once", "name": "Autumn"})
    code = client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "TEN"})
    data = {"currency": "eur", "product_data": {"name": "Audit"}}
    lines = [{"price_data": data | {"unit_amount": each}, "quantity": n} for each, n in ((333, 3), (1, 6))]

    session = open_session(client, line_items=lines, discounts=[{"promotion_code": code.id}])
    expand = ["line_items", "total_details.breakdown", "line_items.data.discounts"]
    whole: Any = client.v1.checkout.sessions.retrieve(session.id, {"expand": expand})

    assert (whole.amount_subtotal, whole.amount_total) == (1005, 904)
    assert [(item.amount_subtotal, item.amount_discount) for item in whole.line_items.data] == [(999, 100), (6, 1)]
    assert whole.line_items.url == f"/v1/checkout/sessions/{session.id}/line_items"
    assert whole.total_details.breakdown.discounts[0].discount.source.coupon == coupon.id
    assert whole.line_items.data[1].discounts[0].amount == 1


@pytest.mark.parametrize(
    ("coupon", "code", "why"),
    [
        ({"percent_off": 10, "redeem_by": 1}, {}, "expired"),
        ({"amount_off": 100, "currency": "usd"}, {}, "is in usd"),
        ({"percent_off": 10}, {"expires_at": 1}, "cannot be redeemed"),
        ({"percent_off": 10}, {"active": False}, "cannot be redeemed"),
        ({"percent_off": 10}, {"restrictions": {"minimum_amount": 6000, "minimum_amount_currency": "eur"}}, "least"),
    ],
)
def test_session_with_a_discount_that_does_not_hold_is_refused(
    client: Client, coupon: dict[str, Any], code: dict[str, Any], why: str
) -> None:
    made = client.v1.coupons.create({"duration": "once", **coupon})  # type: ignore[typeddict-item]
    promotion = {"type": "coupon", "coupon": made.id}
    discount = client.v1.promotion_codes.create({"promotion": promotion, **code})  # type: ignore[typeddict-item]

    with pytest.raises(stripe.InvalidRequestError, match=why):
        open_session(client, discounts=[{"promotion_code": discount.id}])


def test_list_pages_forwards_through_everything_once(client: Client) -> None:
    made = [client.v1.customers.create({"name": str(number)}).id for number in range(7)]

    first = client.v1.customers.list({"limit": 3})
    all_ids = [each.id for each in first.auto_paging_iter()]
    back = client.v1.customers.list({"limit": 2, "ending_before": all_ids[4]})

    assert (first.url, first.has_more, len(first.data)) == ("/v1/customers", True, 3)
    assert all_ids == made[::-1]
    assert ([each.id for each in back.data], back.has_more) == (all_ids[2:4], True)


@pytest.mark.parametrize(
    ("params", "said"),
    [({"limit": 0}, "between 1 and 100"), ({"limit": 101}, "100"), ({"starting_after": "x"}, "No such")],
)
def test_list_with_a_wrong_page_is_refused(client: Client, params: dict[str, Any], said: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=said):
        client.v1.customers.list(params)  # type: ignore[arg-type]


def test_list_filters_by_field_and_time(sandbox: Sandbox, client: Client) -> None:
    old = client.v1.customers.create({"email": "a@example.com"})
    later = sandbox.controls.advance(seconds=1000)["now"]
    new = client.v1.customers.create({"email": "b@example.com"})

    found = {
        "email": client.v1.customers.list({"email": "a@example.com"}).data,
        "since": client.v1.customers.list({"created": {"gte": later}}).data,
        "before": client.v1.customers.list({"created": {"lt": later}}).data,
    }

    assert {name: [each.id for each in rows] for name, rows in found.items()} == {
        "email": [old.id], "since": [new.id], "before": [old.id]
    }  # fmt: skip


def test_expand_reaches_four_levels_and_refuses_what_is_no_object(sandbox: Sandbox, client: Client) -> None:
    charge = paid_charge(sandbox, client)

    path = "data.payment_intent.latest_charge.balance_transaction.source"
    listed: Any = client.v1.checkout.sessions.list({"expand": [path]}).data[0]
    refused = []
    for wrong in ("amount", "currency", "nothing", "payment_intent." * 4 + "customer"):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            client.v1.charges.retrieve(charge.id, {"expand": [wrong]})
        refused.append(refusal.value.param)

    assert listed.payment_intent.latest_charge.balance_transaction.source.id == charge.id
    assert refused == ["expand"] * 4


def test_expand_includes_what_is_left_out(sandbox: Sandbox, client: Client) -> None:
    charge = paid_charge(sandbox, client)
    refund = client.v1.refunds.create({"charge": charge.id, "amount": 100})
    customer = client.v1.customers.create({})

    whole: Any = client.v1.charges.retrieve(charge.id, {"expand": ["refunds"]})
    sources: Any = client.v1.customers.retrieve(customer.id, {"expand": ["sources", "default_source"]})

    assert [each.id for each in whole.refunds.data] == [refund.id]
    assert sources.sources.url == f"/v1/customers/{customer.id}/sources"
    assert "refunds" not in client.v1.charges.retrieve(charge.id)


def test_idempotency_key_gives_the_same_answer_to_the_same_call(sandbox: Sandbox, client: Client) -> None:
    first = client.v1.customers.create({"name": "Ann"}, {"idempotency_key": "one"})
    again = client.v1.customers.create({"name": "Ann"}, {"idempotency_key": "one"})
    with pytest.raises(stripe.IdempotencyError) as refusal:
        client.v1.customers.create({"name": "Bo"}, {"idempotency_key": "one"})
    sandbox.controls.advance(seconds=24 * 3600 + 1)
    next_day = client.v1.customers.create({"name": "Bo"}, {"idempotency_key": "one"})

    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.headers["Original-Request"] == first.last_response.request_id
    assert refusal.value.http_status == 400
    assert next_day.id != first.id


def test_idempotency_key_is_free_again_after_a_refused_call(client: Client) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.products.create({"name": ""}, {"idempotency_key": "one"})

    assert client.v1.products.create({"name": "Audit"}, {"idempotency_key": "one"}).name == "Audit"


def test_event_tells_the_request_that_caused_it(client: Client) -> None:
    customer = client.v1.customers.create({}, {"idempotency_key": "mine"})

    event = client.v1.events.list().data[0]

    assert event.to_dict()["request"] == {"id": customer.last_response.request_id, "idempotency_key": "mine"}
    assert (event.type, event.api_version, event.data.object["id"]) == (
        "customer.created", stripe.api_version, customer.id
    )  # fmt: skip


def test_unknown_path_is_told_as_stripe_does(sandbox: Sandbox) -> None:
    answer = requests.post(f"{sandbox.url}/v1/subscriptions", auth=(KEY, ""), timeout=20)

    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert "Unrecognized request URL (POST: /v1/subscriptions)" in answer.json()["error"]["message"]


@pytest.mark.parametrize("headers", [{"Content-Length": str(2**21)}, {"Content-Length": "x"}])
def test_oversized_body_is_refused_unread(sandbox: Sandbox, headers: dict[str, str]) -> None:
    answer = requests.get(f"{sandbox.url}/v1/account", auth=(KEY, ""), headers=headers, timeout=20)

    assert answer.status_code == 413
