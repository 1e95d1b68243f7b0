"""A shop at work: our pages and a Stripe sandbox, over real HTTP, with a worker that works when told."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import requests
from django.db import connection
from django.test import Client
from django.utils.module_loading import import_string
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from billing.models import Offer, Order, WebhookDelivery
from billing.sandbox import Sandbox
from billing.sandbox.signatures import sign
from billing.stripe_gateway import install_defaults
from tests.waiting import wait_until

SECRET = "whsec_tests"
_HIDDEN = re.compile(r'name="(basket_id|csrfmiddlewaretoken|price)" value="([^"]+)"')


@dataclass
class Shop:
    """`url` is ours. Orders are bought by sending the forms that a customer would."""

    url: str
    sandbox: Sandbox

    def buy_form(self, offer: Offer, **said: str) -> tuple[requests.Session, dict[str, str]]:
        """The filled-in form of an offer, not yet sent, and the browser that holds its cookie."""
        browser = requests.Session()
        page = browser.get(f"{self.url}/offers/{offer.slug}/", timeout=20)
        form = dict(_HIDDEN.findall(page.text)) | {"name": "Jo Buyer", "email": "jo@example.com", "coupon": ""} | said
        return browser, form

    def buy(self, offer: Offer, **said: str) -> Order:
        """An order that waits on the hosted page."""
        browser, form = self.buy_form(offer, **said)
        answer = browser.post(f"{self.url}/offers/{offer.slug}/", form, allow_redirects=False, timeout=20)
        assert answer.status_code == 302, answer.text
        return Order.objects.get(checkout_url=answer.headers["Location"])

    def pay(self, order: Order, number: str = "4242424242424242", *, authorise: bool = True) -> str:
        """Type a card on the hosted page; answers with what came of it."""
        paid = self.sandbox.controls.pay(session=str(order.stripe_session_id), number=number, authorise=authorise)
        return str(paid["outcome"])

    def paid(self, offer: Offer, number: str = "4242424242424242", **said: str) -> Order:
        """An order that is paid, with everything told and worked off."""
        order = self.buy(offer, **said)
        self.pay(order, number)
        self.settle()
        order.refresh_from_db()
        return order

    def charge(self, order: Order) -> str:
        """The charge that paid an order."""
        intent = self.sandbox.store.get("payment_intent", str(order.stripe_payment_intent_id))
        return str(intent["latest_charge"])

    def settle(self) -> None:
        """Return when the sandbox has delivered everything and nothing is left to work on."""
        while True:
            wait_until(lambda: not self.sandbox.controls.counts()["deliveries"].get("pending"))
            if not work():
                return


class QuietShop(Shop):
    """A shop without servers of ours, so that a test is one transaction and quick: pages and deliveries go through
    Django's client. Only Stripe's API is asked over HTTP."""

    def buy(self, offer: Offer, **said: str) -> Order:
        browser, url = Client(), f"/offers/{offer.slug}/"
        form = dict(_HIDDEN.findall(browser.get(url).content.decode()))
        answer = browser.post(url, form | {"name": "Jo Buyer", "email": "jo@example.com", "coupon": ""} | said)
        assert answer.status_code == 302, answer.content
        return Order.objects.get(checkout_url=answer["Location"])

    def tell(self) -> None:
        """Deliver what happened since, and work on nothing yet."""
        known = set(WebhookDelivery.objects.values_list("event_id", flat=True))
        for event in reversed(self.sandbox.store.all("event")):
            if event["id"] not in known:
                body = json.dumps(event).encode()
                headers = {"Stripe-Signature": sign(body, SECRET, int(time.time()))}
                told = Client().post("/stripe/webhook/", body, content_type="application/json", headers=headers)
                assert told.status_code == 200, told.content

    def settle(self) -> None:
        self.tell()
        while work():
            pass


def work_in_parallel(workers: int = 4) -> None:
    """Run what is queued in several threads, each with a connection of its own, until nothing is left."""
    while OrmQ.objects.exists():
        with ThreadPoolExecutor(workers) as pool:
            for _ in pool.map(_work_on, list(OrmQ.objects.order_by("pk"))):
                pass


def _work_on(queued: OrmQ) -> None:
    try:
        task = SignedPackage.loads(queued.payload)
        queued.delete()
        import_string(task["func"])(*task["args"], **task["kwargs"])
    finally:
        connection.close()


def work() -> int:
    """Run what is queued, in this process, as a worker would; returns how much that was."""
    queued = list(OrmQ.objects.order_by("pk"))
    for each in queued:
        task = SignedPackage.loads(each.payload)
        each.delete()
        import_string(task["func"])(*task["args"], **task["kwargs"])
    return len(queued)


@contextmanager
def open_quiet_shop(settings: Any) -> Iterator[QuietShop]:
    """A sandbox that tells nobody anything by itself, and our settings pointed at it."""
    with Sandbox() as sandbox:
        settings.STRIPE = replace(settings.STRIPE, api_host=sandbox.url, webhook_secrets=[SECRET])
        install_defaults()
        yield QuietShop("", sandbox)


@contextmanager
def open_shop(url: str, settings: Any) -> Iterator[Shop]:
    """A sandbox that tells `url` everything, and our settings pointed at it."""
    hook = f"{url}/stripe/webhook/"
    with Sandbox(webhook_url=hook, webhook_secret=SECRET) as sandbox:
        sandbox.controls.deliver(retry_seconds=[0.1, 0.2, 0.5, 1, 1, 1, 1, 1])
        settings.STRIPE = replace(settings.STRIPE, api_host=sandbox.url, webhook_secrets=[SECRET])
        install_defaults()
        yield Shop(url, sandbox)
