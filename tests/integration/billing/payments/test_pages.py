"""The customers' pages around a purchase."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
import requests
from django.core import mail

from billing import stripe_gateway
from billing.models import Customer, Exposure, Offer, Order
from billing.services import expire_abandoned_orders, send_receipt
from billing.states import OrderStatus
from tests.factories.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def _send(shop: Shop, offer: Offer, **said: str) -> requests.Response:
    browser, form = shop.buy_form(offer, **said)
    return browser.post(f"{shop.url}/offers/{offer.slug}/", form, allow_redirects=False, timeout=20)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"name": ""}, "This field is required."),
        ({"coupon": "NOPE"}, "This code is not valid."),
        ({"price": "0"}, "The price has changed meanwhile."),
        ({"basket_id": "forged"}, "This page is too old."),
    ],
)
def test_offer_form_with_a_mistake_keeps_what_was_typed(
    shop: Shop, offer: Offer, said: dict[str, str], shown: str
) -> None:
    typed = {"name": "Zoë <b>", "email": "zoe@example.com"} | said

    answer = _send(shop, offer, **typed)

    assert answer.status_code == 422
    assert shown in answer.text
    assert "<b>" not in answer.text
    assert ("Zoë &lt;b&gt;" in answer.text) is bool(typed["name"])
    assert not Order.objects.exists()


def test_offer_form_after_a_forged_basket_can_be_sent_again(shop: Shop, offer: Offer) -> None:
    answer = _send(shop, offer, basket_id="forged")

    assert 'value="forged"' not in answer.text


def test_offer_form_sent_twice_is_one_order(shop: Shop, offer: Offer) -> None:
    browser, form = shop.buy_form(offer)
    url = f"{shop.url}/offers/{offer.slug}/"

    pages = {browser.post(url, form, allow_redirects=False, timeout=20).headers["Location"] for _ in range(2)}
    other = browser.post(url, form | {"email": "bo@example.com"}, allow_redirects=False, timeout=20)

    assert len(pages) == 1
    assert other.headers["Location"] not in pages
    assert Order.objects.count() == 2


def test_offer_form_during_an_outage_says_so_and_can_be_sent_again(shop: Shop, offer: Offer) -> None:
    browser, form = shop.buy_form(offer)
    url = f"{shop.url}/offers/{offer.slug}/"
    shop.sandbox.controls.outage()
    down = browser.post(url, form, timeout=60)

    shop.sandbox.controls.outage(on=False)
    again = browser.post(url, form, allow_redirects=False, timeout=20)

    assert (down.status_code, again.status_code) == (422, 302)
    assert "Nothing was charged" in down.text
    assert Order.objects.count() == 1


def test_customer_is_found_by_address_and_encrypted_at_rest(shop: Shop, offer: Offer) -> None:
    _send(shop, offer, name="Jo", email="Jo@Example.com")
    _send(shop, offer, name="Joanna", email="jo@example.com ")

    customer = Customer.objects.get()
    stored = Customer.objects.raw("SELECT id, name AS kept_name, email AS kept_email FROM customers")[0]
    assert (customer.name, customer.orders.count()) == ("Joanna", 2)
    assert customer.stripe_id
    assert "Joanna" not in stored.kept_name
    assert "example" not in stored.kept_email.lower()


def test_coupon_lowers_what_is_paid(shop: Shop, offer: Offer) -> None:
    client = stripe_gateway._client()
    coupon = client.v1.coupons.create({"percent_off": 10, "duration": "once"})
    client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "TENTH"})

    order = shop.paid(offer, coupon="TENTH")

    assert (order.amount_subtotal, order.amount_discount, order.amount_total) == (1900, 190, 1710)
    assert order.order_details["coupon"] == "TENTH"
    assert order.ledger_entries.get().gross == 1710


def test_coupon_for_everything_is_an_order_without_payment(shop: Shop, offer: Offer) -> None:
    client = stripe_gateway._client()
    coupon = client.v1.coupons.create({"percent_off": 100, "duration": "once"})
    client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "FREE"})
    order = shop.buy(offer, coupon="FREE")

    requests.post(order.checkout_url, {"email": "jo@example.com"}, allow_redirects=False, timeout=20)
    shop.settle()

    order.refresh_from_db()
    assert (order.status, order.amount_total, order.ledger_entries.count()) == (OrderStatus.PAID, 0, 0)


def test_order_points_at_the_exposure_it_came_from(shop: Shop, offer: Offer) -> None:
    order = shop.buy(offer)

    shown = Exposure.objects.get(offer=offer)
    assert order.order_details["experiment"] == {
        "exposure": shown.pk,
        "variant": "catalogue",
        "propensity": 1.0,
        "policy_version": "catalogue-1",
    }


def test_success_page_grants_nothing_and_asks_again_without_a_script(shop: Shop, offer: Offer) -> None:
    order = shop.buy(offer)

    page = requests.get(f"{shop.url}{order.get_absolute_url()}?wait=1", timeout=20)
    last = requests.get(f"{shop.url}{order.get_absolute_url()}?wait=30", timeout=20)
    receipt = requests.get(f"{shop.url}{order.get_absolute_url()}receipt/", allow_redirects=False, timeout=20)

    order.refresh_from_db()
    again = f'<noscript><meta http-equiv="refresh" content="2; url={order.get_absolute_url()}?wait=2"></noscript>'
    assert again in page.text
    assert "refresh" not in last.text
    assert "hx-get" not in last.text
    assert receipt.status_code == 302
    assert (order.status, order.fulfilled_at) == (OrderStatus.PENDING, None)


@pytest.mark.parametrize("path", ["", "cancelled/", "receipt/", "?wait=99999999", "?wait=x"])
def test_order_pages_are_private_and_load_nothing_inline(shop: Shop, offer: Offer, path: str) -> None:
    order = shop.paid(offer)

    page = requests.get(f"{shop.url}{order.get_absolute_url()}{path}", timeout=20)

    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    assert "<script" not in page.text
    assert " style=" not in page.text
    assert len(page.content) < 60_000


def test_order_pages_of_an_unknown_token_are_not_found(shop: Shop, offer: Offer) -> None:
    order = shop.buy(offer)

    answers = [
        requests.get(f"{shop.url}/orders/{token}/", timeout=20).status_code
        for token in (order.pk, order.reference, order.token[:-1])
    ]

    assert answers == [404, 404, 404]


def test_send_receipt_is_sent_once(shop: Shop, offer: Offer) -> None:
    order = shop.paid(offer)

    again = send_receipt(order.pk, base_url="http://shop.example")

    assert (again, len(mail.outbox)) == (False, 1)
    assert "€19.00" in str(mail.outbox[0].body)


def test_expire_abandoned_orders_closes_what_never_reached_stripe(shop: Shop, offer: Offer) -> None:
    started = shop.buy(offer)
    lost = shop.buy(offer, email="lost@example.com")
    Order.objects.filter(pk=lost.pk).update(stripe_session_id=None, checkout_url="")
    Order.objects.update(created_at="2020-01-01T00:00:00Z")

    assert expire_abandoned_orders() == 1
    assert dict(Order.objects.values_list("pk", "status")) == {started.pk: "pending", lost.pk: "expired"}


def test_no_customer_page_talks_to_a_live_account_outside_production(shop: Shop, offer: Offer, settings: Any) -> None:
    settings.STRIPE = replace(settings.STRIPE, live_mode=True, live_key="sk_live_" + "a" * 24)

    answer = _send(shop, offer, email=f"{uuid.uuid4()}@example.com")

    assert answer.status_code == 422
    assert "cannot be paid at the moment" in answer.text
