"""Webhooks: what is let in, what is not, and that order and number of deliveries do not matter."""

from __future__ import annotations

import copy
import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import DjangoAssertNumQueries

from billing.models import LedgerEntry, Offer, Order, WebhookDelivery
from billing.sandbox.signatures import sign
from billing.services import (
    DeliveryRefused,
    process_delivery,
    purge_deliveries,
    replay_delivery,
    request_refund,
    sweep_deliveries,
)
from billing.services.deliveries import MOST_ATTEMPTS
from billing.states import DeliveryStatus, OrderStatus
from billing.views.webhook import MOST_BYTES
from tests.factories import create_user
from tests.factories.shop import SECRET, Shop, work, work_in_parallel
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
HOOK = "/stripe/webhook/"
EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "type": "payment_intent.succeeded",
    "livemode": False,
    "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
}


@pytest.fixture(autouse=True)
def secret(settings: Any) -> None:
    settings.STRIPE = replace(settings.STRIPE, webhook_secrets=["whsec_old", SECRET])


def post(body: bytes, *, secret: str = SECRET, at: int | None = None, signature: str | None = None) -> int:
    signature = sign(body, secret, int(time.time()) if at is None else at) if signature is None else signature
    headers = {"Stripe-Signature": signature} if signature else {}
    return Client().post(HOOK, body, content_type="application/json", headers=headers).status_code


def rows() -> tuple[int, int]:
    return WebhookDelivery.objects.count(), OrmQ.objects.count()


def body_of(**changes: Any) -> bytes:
    return json.dumps(copy.deepcopy(EVENT) | changes).encode()


@pytest.mark.parametrize(
    ("body", "how"),
    [
        (body_of(), {"secret": "whsec_forged"}),
        (body_of(), {"signature": ""}),
        (body_of(), {"signature": "t=1,v1="}),
        (body_of(), {"signature": "nonsense"}),
        (body_of(), {"signature": "t=x,v1=00"}),
        (body_of(), {"at": int(time.time()) - 400}),
        (body_of(), {"at": int(time.time()) + 4000}),
        (body_of(livemode=True), {}),
        (body_of(livemode="false"), {}),
        (body_of(object="charge"), {}),
        (body_of(data=[]), {}),
        (body_of(id="e" * 300), {}),
        (b"{", {}),
        (b"[" * 50_000, {}),
        (b"\xff\xfe", {}),
        (b"null", {}),
        (b"", {}),
        (body_of(padding="x" * MOST_BYTES), {}),
    ],
    ids=[
        "forged", "unsigned", "empty", "nonsense", "odd-time", "stale", "future", "other-mode", "odd-mode",
        "no-event", "no-data", "long-id", "no-json", "deep", "no-text", "null", "nothing", "oversized",
    ],
)  # fmt: skip
def test_webhook_refuses_and_writes_no_row(body: bytes, how: dict[str, Any]) -> None:
    assert post(body, **how) == 400
    assert rows() == (0, 0)


def test_webhook_takes_any_of_its_secrets_and_keeps_one_row_per_event() -> None:
    at = int(time.time())

    answers = [post(body_of(), secret="whsec_old", at=at - 2), post(body_of(), at=at - 1), post(body_of(), at=at)]

    assert answers == [200, 200, 200]
    assert rows() == (1, 1)


def test_webhook_refuses_the_very_same_delivery_again() -> None:
    at = int(time.time())

    assert [post(body_of(), at=at), post(body_of(), at=at)] == [200, 400]
    assert rows() == (1, 1)


def test_webhook_takes_no_get_and_no_chunked_body(live_server: Any) -> None:
    chunked = requests.post(live_server.url + HOOK, data=iter([b"{}"]), timeout=20)

    assert (Client().get(HOOK).status_code, chunked.status_code) == (405, 400)


def test_webhook_acknowledges_with_few_statements(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(8):
        assert post(body_of()) == 200


def _bought(shop: Shop, offer: Offer) -> dict[int, str]:
    """Orders of every kind, all told at once later; the status each must end with, by its key."""
    lead = create_user(groups=("Leads",))
    cards = {
        "4242424242424242": OrderStatus.PAID,
        "4000000000000002": OrderStatus.PENDING,
        "4000002760003184": OrderStatus.PAID,
        "4000000000000259": OrderStatus.DISPUTED,
    }
    wanted: dict[int, str] = {}
    for number, status in cards.items():
        order = shop.buy(offer, email=f"{number}@example.com")
        shop.pay(order, number)
        wanted[order.pk] = status
    for amount, status in ((600, OrderStatus.PARTIALLY_REFUNDED), (1900, OrderStatus.REFUNDED)):
        order = shop.buy(offer, email=f"{amount}@example.com")
        shop.pay(order)
        intent = shop.sandbox.store.get("checkout.session", str(order.stripe_session_id))["payment_intent"]
        Order.objects.filter(pk=order.pk).update(status=OrderStatus.PAID, stripe_payment_intent_id=intent)
        request_refund(order_id=order.pk, amount=amount, reason="Given back for a test.", by=lead)
        Order.objects.filter(pk=order.pk).update(status=OrderStatus.PENDING, stripe_payment_intent_id=None)
        wanted[order.pk] = status
    return wanted


@pytest.mark.parametrize("order", ["reversed", "shuffled"])
def test_deliveries_in_any_order_and_number_end_in_the_same_state(shop: Shop, offer: Offer, order: str) -> None:
    shop.sandbox.controls.hold()
    shop.sandbox.controls.deliver(copies=3, retry_seconds=[0.1, 0.2, 0.5, 1, 1, 1, 1])
    wanted = _bought(shop, offer)

    shop.sandbox.controls.release(order=order, seed=7)
    wait_until(lambda: not shop.sandbox.controls.counts()["deliveries"].get("pending"), 60)
    work_in_parallel()
    shop.settle()

    assert dict(Order.objects.values_list("pk", "status")) == wanted
    theirs = {(each["id"], each["net"]) for each in shop.sandbox.store.all("balance_transaction")}
    assert set(LedgerEntry.objects.values_list("external_id", "net")) == theirs
    paid = [key for key, status in wanted.items() if status != OrderStatus.PENDING]
    assert set(Order.objects.exclude(fulfilled_at=None).values_list("pk", flat=True)) == set(paid)
    fulfilled = Order.objects.filter(events__kind="fulfilled").values_list("pk", flat=True)
    assert sorted(fulfilled) == sorted(paid)
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {DeliveryStatus.PROCESSED}


def test_process_delivery_during_an_outage_fails_is_swept_up_and_succeeds(shop: Shop, offer: Offer) -> None:
    order = shop.buy(offer)
    shop.pay(order)
    wait_until(lambda: not shop.sandbox.controls.counts()["deliveries"].get("pending"))
    shop.sandbox.controls.outage()
    work()
    failed = set(WebhookDelivery.objects.values_list("status", flat=True))

    shop.sandbox.controls.outage(on=False)
    too_early = sweep_deliveries()
    WebhookDelivery.objects.update(next_attempt_at=timezone.now())
    swept = sweep_deliveries()
    shop.settle()

    order.refresh_from_db()
    assert failed == {DeliveryStatus.FAILED}
    assert (too_early, swept) == (0, WebhookDelivery.objects.count())
    assert order.status == OrderStatus.PAID


def test_process_delivery_gives_up_and_is_replayed_by_a_person(shop: Shop, offer: Offer) -> None:
    shop.sandbox.controls.hold()
    order = shop.buy(offer)
    shop.pay(order)
    told = next(each for each in shop.sandbox.store.all("event") if each["type"] == "payment_intent.succeeded")
    shop.sandbox.controls.release(events=[told["id"]], keep_holding=True)
    wait_until(OrmQ.objects.exists)
    OrmQ.objects.all().delete()
    delivery = WebhookDelivery.objects.get()
    shop.sandbox.controls.outage()
    WebhookDelivery.objects.update(attempts=MOST_ATTEMPTS - 1)
    process_delivery(delivery.pk)
    delivery.refresh_from_db()
    dead = delivery.status

    shop.sandbox.controls.outage(on=False)
    with pytest.raises(DeliveryRefused):
        replay_delivery(delivery_id=delivery.pk, by=create_user(groups=("Viewers",)))
    replay_delivery(delivery_id=delivery.pk, by=create_user())
    work()

    order.refresh_from_db()
    assert (dead, order.status) == (DeliveryStatus.DEAD, OrderStatus.PAID)


def test_sweep_deliveries_finds_what_no_worker_began() -> None:
    post(body_of())
    OrmQ.objects.all().delete()

    at_once = sweep_deliveries()
    WebhookDelivery.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))

    assert (at_once, sweep_deliveries(), OrmQ.objects.count()) == (0, 1, 1)


def test_purge_deliveries_forgets_what_was_processed_long_ago() -> None:
    for number, status in enumerate(("processed", "dead", "processed")):
        post(body_of(id=f"evt_{number}"))
        done = timezone.now() if status == "processed" else None
        WebhookDelivery.objects.filter(event_id=f"evt_{number}").update(status=status, processed_at=done)
    WebhookDelivery.objects.exclude(event_id="evt_2").update(received_at=timezone.now() - timedelta(days=91))

    assert purge_deliveries() == 1
    assert set(WebhookDelivery.objects.values_list("event_id", flat=True)) == {"evt_1", "evt_2"}
