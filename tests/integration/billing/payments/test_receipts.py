"""Receipts: page, PDF and mail, in the customer's language."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec

import pytest
from django.core import mail
from django.core.checks import run_checks
from django.test import Client

from billing import receipt_pdf
from billing.models import Offer, Order
from billing.receipt_pdf import receipt_name, render_receipt
from billing.services import send_receipt
from tests.factories.shop import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(quiet_shop: Shop, offer: Offer) -> Order:
    return quiet_shop.paid(offer)


class _NoPango:
    """Importing weasyprint ends as it does where its libraries are missing."""

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return None


@pytest.fixture
def no_pango(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [each for each in sys.modules if each.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_NoPango(), *sys.meta_path])
    receipt_pdf._weasyprint.cache_clear()
    yield
    receipt_pdf._weasyprint.cache_clear()


def test_receipt_is_a_page_a_pdf_and_an_attachment(paid: Order) -> None:
    page = Client().get(f"{paid.get_absolute_url()}receipt/")
    file = Client().get(f"{paid.get_absolute_url()}receipt.pdf")

    (message,) = mail.outbox
    (attached,) = message.attachments
    assert f'href="{paid.get_absolute_url()}receipt.pdf"' in page.content.decode()
    assert (file["Content-Type"], file["X-Robots-Tag"]) == ("application/pdf", "noindex, nofollow")
    assert file.content.startswith(b"%PDF-")
    assert (attached.filename, attached.mimetype) == (receipt_name(paid), "application/pdf")
    assert attached.content.startswith(b"%PDF-")


def test_receipt_of_an_unpaid_order_is_none(quiet_shop: Shop, offer: Offer) -> None:
    order = quiet_shop.buy(offer)

    assert Client().get(f"{order.get_absolute_url()}receipt.pdf")["Location"] == order.get_absolute_url()


def test_receipt_without_pango_is_a_page_that_says_so_and_plain_mail(paid: Order, no_pango: None) -> None:
    page = Client().get(f"{paid.get_absolute_url()}receipt.pdf")
    send_receipt(paid.pk, base_url="http://shop.example", again=True)
    found = {each.id: str(each.hint) for each in run_checks(include_deployment_checks=True)}

    assert page.status_code == 503
    assert "print this page instead" in page.content.decode()
    assert "€19.00" in page.content.decode()
    assert mail.outbox[-1].attachments == []
    assert "apt-get install libpango-1.0-0" in found["billing.W001"]


def test_render_receipt_loads_nothing_that_a_name_asks_for(paid: Order) -> None:
    paid.order_details["offer"]["name"] = (
        '<img src="file:///etc/passwd"> <link rel=attachment href="file:///etc/passwd">'
    )

    assert b"/EmbeddedFile" not in render_receipt(paid)


def test_purchase_in_german_is_german_from_page_to_mail(quiet_shop: Shop, offer: Offer) -> None:
    client = Client(headers={"Accept-Language": "de-AT,de;q=0.9"})
    page = client.get(f"/offers/{offer.slug}/").content.decode()
    order = quiet_shop.paid(offer)
    Order.objects.filter(pk=order.pk).update(order_details=order.order_details | {"language": "de-at"})
    send_receipt(order.pk, base_url="http://shop.example", again=True)
    status = client.get(order.get_absolute_url()).content.decode()

    assert '<html lang="de-at">' in page
    assert "Kaufen und bezahlen" in page
    assert "€\xa019,00" in page
    assert "Bezahlt. Vielen Dank!" in status
    assert mail.outbox[-1].subject.startswith("Ihre Quittung")
    assert "vielen Dank für Ihre Bestellung" in str(mail.outbox[-1].body)
