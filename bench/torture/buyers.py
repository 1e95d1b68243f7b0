"""Customers: they load the page of an offer, fill in its form, and try again when something fails."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import requests

from bench.torture.fates import FATES, Fate, Stripe
from billing.models import Offer, Order, Price
from proposals.models import Opportunity

AMOUNTS = {"EUR": 1900, "USD": 2500, "JPY": 4800, "GBP": 1750, "CHF": 9905}
COUPONS = {"QUARTER": 25, "FREE": 100}
TRIES = 12
FLAKY_SHARE = 1 / 4
_HIDDEN = re.compile(r'name="(basket_id|csrfmiddlewaretoken)" value="([^"]+)"')


class NotSold(Exception):
    """A customer got no hosted page, however often they sent the form."""


@dataclass(frozen=True, slots=True)
class Bought:
    """An order, its session at Stripe, and what becomes of it."""

    order: int
    session: str
    currency: str
    fate: Fate


def open_shop(at: Stripe) -> Offer:
    """One offer in every currency, and the coupons."""
    owner, _ = Opportunity.objects.get_or_create(name="Torture")
    offer = Offer.objects.create(opportunity=owner, slug="torture", name="Torture", summary="-", is_published=True)
    for currency, amount in AMOUNTS.items():
        Price.objects.create(offer=offer, currency=currency, amount=amount)
    for code, percent in COUPONS.items():
        coupon = at.api.v1.coupons.create({"percent_off": percent, "duration": "once"})
        at.api.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": code})
    return offer


def buy_many(at: Stripe, site: str, offer: Offer, count: int, *, first: int, is_flaky: bool = True) -> Iterator[Bought]:
    """So many orders, fates and currencies in turn, each lived through before the next."""
    prices = {price.currency: price.pk for price in offer.prices.all()}
    currencies = list(prices)
    for number in range(first, first + count):
        fate = FATES[number % len(FATES)]
        currency = currencies[number % len(currencies)]
        if is_flaky:
            _lose_answers(at)
        order = _buy(site, offer, prices[currency], f"buyer{number}@example.com", fate.coupon)
        fate.live(at, str(order.stripe_session_id))
        yield Bought(order.pk, str(order.stripe_session_id), currency, fate)


def _lose_answers(at: Stripe) -> None:
    """Now and then Stripe does what it is asked for and its answer is lost, or it does nothing at all."""
    if random.random() < FLAKY_SHARE:
        wanted = random.choice(("/v1/customers", "/v1/checkout/sessions"))
        times = random.choice((1, 3))  # three are more than the product's own retries
        at.controls.call("fail", times=times, status=random.choice((0, 500)), path=wanted, after=random.random() < 0.7)


def _buy(site: str, offer: Offer, price: int, email: str, coupon: str) -> Order:
    """Send the form until it leads on. It is the same form each time, so that one order comes of it."""
    browser, address = requests.Session(), f"{site}/offers/{offer.slug}/"
    page = browser.get(address, timeout=30)
    page.raise_for_status()
    form = dict(_HIDDEN.findall(page.text))
    form |= {"price": str(price), "name": "Jo Buyer", "email": email, "coupon": coupon}
    for _ in range(TRIES):
        answer = browser.post(address, form, allow_redirects=False, timeout=60)
        if answer.status_code == 302:
            return Order.objects.get(checkout_url=answer.headers["Location"])
        time.sleep(random.uniform(0.05, 0.2))
    raise NotSold(f"{email}: {answer.status_code}")


def disturb_catalogue(at: Stripe) -> None:
    """Events that are about no order: things made, changed and deleted before anybody fetches them."""
    product = at.api.v1.products.create({"name": "Gone soon"})
    at.api.v1.products.update(product.id, {"description": "Going"})
    at.api.v1.products.delete(product.id)
    priced = at.api.v1.products.create({"name": "Stays"})
    at.api.v1.prices.create({"product": priced.id, "currency": "eur", "unit_amount": 700})
    coupon = at.api.v1.coupons.create({"percent_off": 5, "duration": "once"})
    at.api.v1.coupons.delete(coupon.id)
    customer = at.api.v1.customers.create({"email": "gone@example.com"})
    at.api.v1.customers.update(customer.id, {"name": "Gone"})
    at.api.v1.customers.delete(customer.id)
