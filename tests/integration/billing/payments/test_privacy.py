"""What is kept about a customer, handed out, and erased."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from djstripe import models as djstripe

from billing.models import Customer, CustomerEvent, Offer, Order, WebhookDelivery
from billing.services import PrivacyRefused, erase_customer, replay_delivery
from billing.states import OrderStatus
from tests.factories import create_user
from tests.factories.browsers import log_in
from tests.factories.shop import Shop

pytestmark = pytest.mark.django_db
NAME, EMAIL = "Wilhelmina Testperson", "wilhelmina@example.com"
REASON = "She asked for it by letter."


@pytest.fixture
def shop(quiet_shop: Shop) -> Shop:
    return quiet_shop


@pytest.fixture
def order(shop: Shop, offer: Offer) -> Order:
    """Paid, refunded in part, disputed, and the dispute lost."""
    order = shop.paid(offer, name=NAME, email=EMAIL)
    shop.sandbox.controls.advance(seconds=1)
    dispute = shop.sandbox.controls.dispute(charge=shop.charge(order))
    shop.sandbox.controls.close_dispute(dispute=dispute["id"])
    shop.settle()
    order.refresh_from_db()
    return order


def _url(order: Order) -> str:
    return f"/admin/billing/customer/{order.customer_id}/change/"


def _in_the_clear(*words: str) -> list[str]:
    """Tables of the whole database with a row that says one of the words."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = []
        for table in tables:
            said = " OR ".join(["held::text ILIKE %s"] * len(words))
            cursor.execute(f'SELECT 1 FROM "{table}" held WHERE {said} LIMIT 1', [f"%{word}%" for word in words])
            found += [table] if cursor.fetchone() else []
    return found


def test_no_table_holds_a_customer_in_the_clear(order: Order) -> None:
    assert order.status == OrderStatus.DISPUTE_LOST
    assert djstripe.Customer.objects.count() == djstripe.Dispute.objects.count() == 1
    assert _in_the_clear(NAME, EMAIL, "Test Buyer", "buyer@example.com", '"4242"', ",4242,") == []
    assert "djstripe_charge" in _in_the_clear(str(order.stripe_payment_intent_id))


def test_export_customer_tells_everything(order: Order, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    call_command("export_customer", email=EMAIL.upper(), reason=REASON, output=path)

    told = json.loads(path.read_text())
    (bought,) = told["orders"]
    assert (told["customer"]["name"], told["customer"]["email"]) == (NAME, EMAIL)
    assert [each["reason"] for each in told["customer"]["events"]] == [REASON]
    assert (bought["amount_total"], bought["order_details"]["offer"]["name"]) == (1900, "The calendar")
    assert [each["kind"] for each in bought["ledger_entries"]] == ["payment", "dispute"]
    assert [each["status"] for each in bought["disputes"]] == ["lost"]
    assert [each["note"] for each in bought["mails"]] == ["sent by e-mail"]
    assert bought["exposures"][0]["context"]["page"] == "offer"
    assert {"refunds", "events", "told_by_stripe"} <= set(bought)
    assert (path.stat().st_mode & 0o777, order.token in path.read_text()) == (0o600, True)
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_customer", email=EMAIL, reason=REASON, output=path)


def test_erase_customer_takes_the_person_and_leaves_the_money(order: Order, capsys: Any) -> None:
    before = list(order.ledger_entries.order_by("pk").values())

    call_command("erase_customer", email=EMAIL, reason=REASON, dry_run=True)
    planned = Customer.objects.get()
    call_command("erase_customer", email=EMAIL, reason=REASON)
    call_command("erase_customer", id=planned.pk, reason=REASON)

    erased = Customer.objects.get()
    assert (planned.name, planned.is_erased) == (NAME, False)
    assert (erased.name, erased.email, erased.email_index, erased.is_erased) == ("", "", None, True)
    assert list(order.ledger_entries.order_by("pk").values()) == before
    assert list(erased.events.values_list("kind", flat=True)) == [CustomerEvent.Kind.ERASED]
    said = capsys.readouterr().out
    assert "would be erased: 1 orders stay" in said
    assert f"Stripe still knows the customer as {erased.stripe_id}" in said


def test_erase_customer_empties_what_was_stored_whole(order: Order) -> None:
    told = {"id": "evt_old", "object": "event", "data": {"object": {"id": "ch_1", "receipt_email": EMAIL}}}
    WebhookDelivery.objects.filter(order_reference=str(order.reference)).update(payload=told)
    djstripe.Customer.objects.update(stripe_data={"id": "cus", "object": "customer", "name": NAME}, email=EMAIL)
    djstripe.Charge.objects.update(
        stripe_data={"customer": order.customer.stripe_id, "billing_details": {"name": NAME}}
    )
    before = _in_the_clear(NAME, EMAIL)

    erase_customer(customer_id=order.customer_id, reason=REASON, by=None)

    assert before == ["billing_webhookdelivery", "djstripe_charge", "djstripe_customer"]
    assert _in_the_clear(NAME, EMAIL) == []


def test_erased_customer_is_not_brought_back_by_a_replay_and_buys_again_as_another(
    shop: Shop, offer: Offer, order: Order
) -> None:
    erase_customer(customer_id=order.customer_id, reason=REASON, by=None)
    operator = create_user()
    for delivery in WebhookDelivery.objects.all():
        replay_delivery(delivery_id=delivery.pk, by=operator)
    shop.settle()

    again = shop.paid(offer, name=NAME, email=EMAIL)

    assert _in_the_clear(NAME, EMAIL) == []
    assert again.customer_id != order.customer_id
    order.refresh_from_db()
    assert (order.status, order.customer.name) == (OrderStatus.DISPUTE_LOST, "")


def test_erase_customer_at_stripe_deletes_there_only_when_asked(shop: Shop, offer: Offer) -> None:
    kept, gone = shop.paid(offer, email="kept@example.com"), shop.paid(offer, email="gone@example.com")

    erase_customer(customer_id=kept.customer_id, reason=REASON, by=None)
    for _ in range(2):
        erase_customer(customer_id=gone.customer_id, reason=REASON, by=None, at_stripe=True)
    shop.settle()
    shop.sandbox.controls.dispute(charge=shop.charge(gone))
    shop.settle()

    gone.refresh_from_db()
    there = [shop.sandbox.store.find("customer", str(each.customer.stripe_id)) for each in (kept, gone)]
    assert [each is None for each in there] == [False, True]
    assert gone.status == OrderStatus.DISPUTED
    assert djstripe.Customer.objects.filter(date_purged=None).count() == 2


@pytest.mark.parametrize("status", [OrderStatus.PENDING, OrderStatus.DISPUTED])
def test_erase_customer_waits_for_what_is_not_finished(shop: Shop, offer: Offer, status: OrderStatus) -> None:
    order = shop.buy(offer)
    if status == OrderStatus.DISPUTED:
        shop.pay(order, "4000000000000259")
        shop.settle()

    with pytest.raises(CommandError, match="is not finished"):
        call_command("erase_customer", id=order.customer_id, reason=REASON)

    assert Customer.objects.get().name == "Jo Buyer"


def test_customer_page_exports_and_erases_after_a_confirmation(order: Order) -> None:
    lead = create_user(groups=("Leads",))
    client = log_in(lead)

    exported = client.post(_url(order), {"action": "export", "reason": REASON})
    asked = client.post(_url(order), {"action": "erase", "reason": f"{EMAIL} asked."})
    before = Customer.objects.get().email
    done = client.post(_url(order), {"action": "erase", "reason": REASON, "confirmed": "yes"}, follow=True)

    assert exported.headers["Content-Disposition"].startswith("attachment;")
    assert exported.json()["customer"]["email"] == EMAIL
    assert (asked.status_code, before, done.status_code) == (200, EMAIL, 200)
    assert "It cannot be taken back" in asked.content.decode()
    assert "Erased here. 1 orders stay" in done.content.decode()
    assert EMAIL not in done.content.decode()
    assert list(CustomerEvent.objects.order_by("pk").values_list("kind", "by")) == [
        ("exported", lead.pk),
        ("erased", lead.pk),
    ]


@pytest.mark.parametrize("groups", [("Operators",), ("Viewers",)])
@pytest.mark.parametrize("action", ["export", "erase"])
def test_customer_page_refuses_others_by_direct_post(order: Order, groups: tuple[str], action: str) -> None:
    client = log_in(create_user(groups=groups))

    answer = client.post(_url(order), {"action": action, "reason": REASON, "confirmed": "yes"})

    assert answer.status_code == 403
    assert Customer.objects.get().name == NAME
    assert not CustomerEvent.objects.exists()


def test_customer_page_asks_for_a_reason(order: Order) -> None:
    answer = log_in(create_user(groups=("Leads",))).post(_url(order), {"action": "export", "reason": "short"})

    assert answer.status_code == 422
    assert "at least 10 characters" in answer.content.decode()


def test_erase_customer_is_for_persons_with_the_right(order: Order) -> None:
    machine = create_user(groups=("Leads",), kind="service")

    with pytest.raises(PrivacyRefused, match="may not"):
        erase_customer(customer_id=order.customer_id, reason=REASON, by=machine)


def test_customer_events_can_be_neither_changed_nor_deleted(order: Order) -> None:
    erase_customer(customer_id=order.customer_id, reason=REASON, by=None)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CustomerEvent.objects.update(reason="none")
