"""What becomes of a delivery that was let in: order and number do not matter, failures are tried again."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_q.models import OrmQ
from djstripe.models import Product

from billing import mirror, stripe_gateway
from billing.models import LedgerEntry, Offer, Order, WebhookDelivery
from billing.services import (
    DeliveryRefused,
    process_delivery,
    purge_deliveries,
    receive_delivery,
    replay_delivery,
    request_refund,
    sweep_deliveries,
)
from billing.services.deliveries import LOST_AFTER, MOST_ATTEMPTS, lock_objects
from billing.states import DeliveryStatus, OrderStatus
from tests.factories import create_user
from tests.factories.shop import QuietShop, Shop, work, work_in_parallel
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db


def received(number: int = 1, **about: Any) -> WebhookDelivery:
    """A delivery that was let in, about nothing that there is."""
    event = {"id": f"evt_{number}", "type": "payment_intent.succeeded", "data": {"object": {"id": "pi_1"} | about}}
    delivery = receive_delivery(event, digest=f"{number}")
    assert delivery is not None
    return delivery


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


def _require_right(shop: Shop, wanted: dict[int, str]) -> None:
    assert dict(Order.objects.values_list("pk", "status")) == wanted
    theirs = {(each["id"], each["net"]) for each in shop.sandbox.store.all("balance_transaction")}
    assert set(LedgerEntry.objects.values_list("external_id", "net")) == theirs
    paid = sorted(key for key, status in wanted.items() if status != OrderStatus.PENDING)
    assert sorted(Order.objects.filter(events__kind="fulfilled").values_list("pk", flat=True)) == paid
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {DeliveryStatus.PROCESSED}


@pytest.mark.django_db(transaction=True)
def test_deliveries_shuffled_tripled_and_worked_on_in_parallel_end_in_the_same_state(shop: Shop, offer: Offer) -> None:
    shop.sandbox.controls.hold()
    shop.sandbox.controls.deliver(copies=3, retry_seconds=[0.1, 0.2, 0.5, 1, 1, 1, 1])
    wanted = _bought(shop, offer)

    shop.sandbox.controls.release(order="shuffled", seed=7)
    wait_until(lambda: not shop.sandbox.controls.counts()["deliveries"].get("pending"), 60)
    work_in_parallel()
    shop.settle()

    _require_right(shop, wanted)


def test_deliveries_worked_on_backwards_end_in_the_same_state(quiet_shop: QuietShop, offer: Offer) -> None:
    wanted = _bought(quiet_shop, offer)

    quiet_shop.tell()
    for delivery in WebhookDelivery.objects.order_by("-pk"):
        process_delivery(delivery.pk)

    _require_right(quiet_shop, wanted)


def test_process_delivery_during_an_outage_fails_is_swept_up_and_succeeds(quiet_shop: QuietShop, offer: Offer) -> None:
    order = quiet_shop.buy(offer)
    quiet_shop.pay(order)
    quiet_shop.tell()
    quiet_shop.sandbox.controls.outage()
    delivery = WebhookDelivery.objects.get(event_type="payment_intent.succeeded")
    process_delivery(delivery.pk)
    delivery.refresh_from_db()
    failed = delivery.status, delivery.attempts, delivery.error.partition(":")[0]

    quiet_shop.sandbox.controls.outage(on=False)
    too_early = sweep_deliveries()
    WebhookDelivery.objects.update(next_attempt_at=timezone.now())
    swept = sweep_deliveries()
    quiet_shop.settle()

    order.refresh_from_db()
    assert failed == (DeliveryStatus.FAILED, 1, "APIConnectionError")
    assert (too_early, swept) == (0, WebhookDelivery.objects.count())
    assert order.status == OrderStatus.PAID


def test_process_delivery_gives_up_and_is_replayed_by_a_person(quiet_shop: QuietShop, offer: Offer) -> None:
    order = quiet_shop.buy(offer)
    quiet_shop.pay(order)
    quiet_shop.tell()
    delivery = WebhookDelivery.objects.get(event_type="payment_intent.succeeded")
    quiet_shop.sandbox.controls.outage()
    WebhookDelivery.objects.update(attempts=MOST_ATTEMPTS - 1)
    process_delivery(delivery.pk)
    delivery.refresh_from_db()
    dead = delivery.status
    OrmQ.objects.all().delete()

    quiet_shop.sandbox.controls.outage(on=False)
    with pytest.raises(DeliveryRefused):
        replay_delivery(delivery_id=delivery.pk, by=create_user(groups=("Viewers",)))
    replay_delivery(delivery_id=delivery.pk, by=create_user())
    work()

    order.refresh_from_db()
    assert (dead, order.status) == (DeliveryStatus.DEAD, OrderStatus.PAID)


@pytest.mark.django_db(transaction=True)
def test_process_delivery_waits_while_another_works_on_the_same_payment() -> None:
    delivery = received(payment_intent="pi_2")

    with transaction.atomic():
        lock_objects(["pi_2"])
        other = threading.Thread(target=_process_elsewhere, args=[delivery.pk])
        other.start()
        wait_until(_is_one_waiting)
        delivery.refresh_from_db()
        waiting = delivery.status, delivery.attempts
    other.join()

    delivery.refresh_from_db()
    assert waiting == (DeliveryStatus.RECEIVED, 0)
    assert delivery.attempts == 1


def _process_elsewhere(delivery_id: int) -> None:
    try:
        process_delivery(delivery_id)
    finally:
        connection.close()


def _is_one_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone() == (1,))


def test_lock_keys_are_the_object_and_its_payment_in_one_order() -> None:
    about = {"id": "ch_1", "payment_intent": "pi_1"}

    assert mirror.lock_keys({"data": {"object": about}}) == ["ch_1", "pi_1"]
    assert mirror.lock_keys({"data": {"object": {"id": "zz", "payment_intent": {"id": "pi_1"}}}}) == ["zz"]


def test_product_deleted_at_stripe_leaves_orders_alone(quiet_shop: QuietShop, offer: Offer) -> None:
    order = quiet_shop.paid(offer)
    client = stripe_gateway._client()
    doomed = client.v1.products.create({"name": "Gone soon"})
    quiet_shop.settle()
    known = Product.objects.filter(id=doomed.id).exists()

    client.v1.products.delete(doomed.id)
    quiet_shop.settle()

    assert (known, Product.objects.filter(id=doomed.id).exists()) == (True, False)
    assert Order.objects.get(pk=order.pk).ledger_entries.count() == 1


def test_customer_deleted_at_stripe_is_not_deleted_there_again(quiet_shop: QuietShop, offer: Offer) -> None:
    order = quiet_shop.buy(offer)
    quiet_shop.pay(order)
    client = stripe_gateway._client()
    paid_by = client.v1.checkout.sessions.retrieve(str(order.stripe_session_id)).payment_intent
    client.v1.refunds.create({"payment_intent": str(paid_by), "amount": 300})
    client.v1.customers.delete(str(order.customer.stripe_id))  # before anything was told or fetched
    quiet_shop.sandbox.controls.fail(method="DELETE", status=400, times=1)

    quiet_shop.settle()

    order.refresh_from_db()
    assert order.status == OrderStatus.PARTIALLY_REFUNDED
    assert set(WebhookDelivery.objects.values_list("status", "error")) == {(DeliveryStatus.PROCESSED, "")}


def test_sweep_deliveries_finds_what_no_worker_began_and_enqueues_it_once() -> None:
    received()
    OrmQ.objects.all().delete()

    at_once = sweep_deliveries()
    WebhookDelivery.objects.update(next_attempt_at=timezone.now() - 10 * LOST_AFTER)

    assert (at_once, sweep_deliveries(), sweep_deliveries()) == (0, 1, 0)
    assert OrmQ.objects.count() == 1


def test_sweep_deliveries_leaves_a_full_queue_alone() -> None:
    for number in range(3):
        received(number)
    WebhookDelivery.objects.update(next_attempt_at=timezone.now())

    swept = [sweep_deliveries(most) for most in (3, 5, 5)]

    assert swept == [0, 2, 0]
    assert OrmQ.objects.count() == 5


def test_purge_deliveries_forgets_what_was_processed_long_ago() -> None:
    for number, status in enumerate(("processed", "dead", "processed")):
        done = timezone.now() if status == "processed" else None
        WebhookDelivery.objects.filter(pk=received(number).pk).update(status=status, processed_at=done)
    WebhookDelivery.objects.exclude(event_id="evt_2").update(received_at=timezone.now() - timedelta(days=91))

    assert purge_deliveries() == 1
    assert set(WebhookDelivery.objects.values_list("event_id", flat=True)) == {"evt_1", "evt_2"}
