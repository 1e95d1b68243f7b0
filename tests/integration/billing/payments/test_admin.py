"""Orders, customers and deliveries as operators see them."""

from __future__ import annotations

import uuid

import pytest
from django.contrib import admin
from django.core import mail
from pytest_django import DjangoAssertNumQueries

from billing.models import Offer, Order, Refund, WebhookDelivery
from billing.states import DeliveryStatus, OrderStatus
from tests.factories import create_user
from tests.factories.browsers import log_in
from tests.factories.shop import Shop, work

pytestmark = pytest.mark.django_db
REFUND = {"action": "refund", "amount": "5.00", "reason": "The box came broken."}


@pytest.fixture
def shop(quiet_shop: Shop) -> Shop:
    return quiet_shop


@pytest.fixture
def paid(shop: Shop, offer: Offer) -> Order:
    return shop.paid(offer)


def _url(order: Order) -> str:
    return f"/admin/billing/order/{order.pk}/change/"


def test_order_page_tells_money_and_what_stripe_said(paid: Order) -> None:
    page = log_in().get(_url(paid)).content.decode()

    for told in ("Jo Buyer", "jo@example.com", "€19.00", "Waiting for payment → Paid", "payment_intent.succeeded"):
        assert told in page
    assert "You may look; Leads refund." in page


def test_order_page_refunds_after_a_confirmation(shop: Shop, paid: Order) -> None:
    client = log_in(create_user(groups=("Leads",)))

    asked = client.post(_url(paid), REFUND)
    before = Refund.objects.count()
    done = client.post(_url(paid), REFUND | {"confirmed": "yes"})
    shop.settle()

    paid.refresh_from_db()
    assert (asked.status_code, before, done.status_code) == (200, 0, 302)
    assert "Refund <strong>€5.00</strong> of €19.00" in asked.content.decode()
    assert (paid.status, paid.amount_refunded) == (OrderStatus.PARTIALLY_REFUNDED, 500)


def test_order_page_sent_twice_refunds_once(shop: Shop, paid: Order) -> None:
    client = log_in(create_user(groups=("Leads",)))
    confirmed = REFUND | {"confirmed": "yes", "request_id": str(uuid.uuid4())}

    for _ in range(2):
        client.post(_url(paid), confirmed)
        shop.settle()

    paid.refresh_from_db()
    assert (paid.amount_refunded, Refund.objects.count()) == (500, 1)


@pytest.mark.parametrize("groups", [("Operators",), ("Viewers",)])
def test_order_page_refunds_nothing_for_others_by_direct_post(paid: Order, groups: tuple[str]) -> None:
    log_in(create_user(groups=groups)).post(_url(paid), REFUND | {"confirmed": "yes"})

    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"amount": "19.01"}, "Up to €19.00 can be refunded."),
        ({"amount": "0"}, "Up to €19.00 can be refunded."),
        ({"amount": "1.001"}, "EUR has 2 decimal places."),
        ({"amount": "a lot"}, "Enter a number."),
        ({"reason": "short"}, "at least 10 characters"),
    ],
)
def test_order_page_keeps_what_was_typed_beside_the_mistake(paid: Order, said: dict[str, str], shown: str) -> None:
    client = log_in(create_user(groups=("Leads",)))

    answer = client.post(_url(paid), REFUND | said | {"confirmed": "yes"})

    assert answer.status_code == 422
    assert shown in answer.content.decode()
    assert str((REFUND | said)["reason"]) in answer.content.decode()
    assert not Refund.objects.exists()


def test_order_page_sends_the_receipt_again(paid: Order) -> None:
    log_in().post(_url(paid), {"action": "receipt"})
    log_in(create_user(groups=("Viewers",))).post(_url(paid), {"action": "receipt"})
    work()

    assert len(mail.outbox) == 2


@pytest.mark.parametrize("term", ["jo@example.com", "JO@example.com", "{short}", "{intent}", "{reference}"])
def test_order_list_finds_an_order(paid: Order, term: str) -> None:
    said = term.format(short=paid.short_reference, intent=paid.stripe_payment_intent_id, reference=paid.reference)

    found = log_in().get("/admin/billing/order/", {"q": said}).content.decode()
    missed = log_in().get("/admin/billing/order/", {"q": "nobody@example.com"}).content.decode()

    assert paid.short_reference in found
    assert paid.short_reference not in missed


@pytest.mark.parametrize("model", ["order", "customer", "webhookdelivery"])
def test_lists_take_few_queries(
    shop: Shop, paid: Order, model: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    shop.paid(Offer.objects.get(), email="bo@example.com")
    client = log_in()

    with django_assert_max_num_queries(16):
        assert client.get(f"/admin/billing/{model}/").status_code == 200


def test_customer_page_shows_and_changes_nothing(paid: Order) -> None:
    url = f"/admin/billing/customer/{paid.customer_id}/change/"

    shown = log_in().get(url)
    posted = log_in().post(url, {"name": "Someone else"})

    assert "jo@example.com" in shown.content.decode()
    assert posted.status_code == 403


@pytest.mark.parametrize(("groups", "status"), [(("Operators",), "received"), (("Viewers",), "dead")])
def test_delivery_page_and_list_replay_for_operators(paid: Order, groups: tuple[str], status: str) -> None:
    first, second = WebhookDelivery.objects.order_by("pk")[:2]
    dead = WebhookDelivery.objects.filter(pk__in=[first.pk, second.pk])
    dead.update(status=DeliveryStatus.DEAD, processed_at=None)
    client = log_in(create_user(groups=groups))

    client.post(f"/admin/billing/webhookdelivery/{first.pk}/change/")
    client.post("/admin/billing/webhookdelivery/", {"action": "replay", "_selected_action": [second.pk]})

    assert list(dead.values_list("status", flat=True)) == [status, status]


def test_delivery_page_shows_what_stripe_said(paid: Order) -> None:
    delivery = WebhookDelivery.objects.filter(order_reference=str(paid.reference)).first()
    assert delivery is not None

    page = log_in().get(f"/admin/billing/webhookdelivery/{delivery.pk}/change/").content.decode()

    assert delivery.event_id in page
    assert paid.short_reference in page


@pytest.mark.parametrize("path", ["order/0/change/", "order/x/change/", "webhookdelivery/9/change/"])
def test_pages_of_what_is_not_there_lead_back(db: None, path: str) -> None:
    assert log_in().get(f"/admin/billing/{path}").status_code == 302


def test_pages_of_the_mirror_are_not_in_the_admin() -> None:
    assert [model for model in admin.site._registry if model._meta.app_label == "djstripe"] == []
