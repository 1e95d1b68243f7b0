"""The customer's job, end to end, in a browser: offer, form, hosted page, card, order, receipt; without a script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from billing.models import Order
from billing.states import OrderStatus
from tests.factories.offers import create_offer
from tests.factories.shop import Shop, open_shop

pytestmark = pytest.mark.django_db(transaction=True)
GOOD, DECLINED, SECURE = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0027 6000 3184"


@pytest.fixture
def shop(live_server: LiveServer, settings: Any) -> Iterator[Shop]:
    with open_shop(live_server.url, settings) as opened:
        yield opened


@pytest.fixture(params=[1280, 375], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, shop: Shop) -> Iterator[Page]:
    size: Any = {"width": request.param, "height": 800}
    context = browser.new_context(viewport=size, base_url=shop.url, java_script_enabled=False)
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    problems: list[str] = []
    opened.on("console", lambda said: problems.append(said.text) if said.location["url"].startswith(shop.url) else None)
    yield opened
    context.close()
    assert [text for text in problems if "Content Security Policy" in text] == [], problems


def buy(page: Page, email: str = "jo@example.com", offer: str = "The calendar") -> None:
    page.goto("/offers/")
    page.get_by_role("link", name=offer).click()
    page.get_by_label("Name").fill("Jo Buyer")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Buy and pay").click()


def type_card(page: Page, number: str) -> None:
    page.get_by_label("Test card number").fill(number)
    page.get_by_label("Expires").fill("12/40")
    page.get_by_label("CVC").fill("123")
    page.get_by_label("Name on the card").fill("Jo Buyer")
    page.get_by_role("button", name="Pay ").click()


def test_purchase_after_mistakes_a_decline_and_3d_secure_ends_in_a_receipt(page: Page, shop: Shop) -> None:
    create_offer()
    buy(page, email="no address")
    expect(page.get_by_role("alert")).to_contain_text("Please look at what is marked below.")
    expect(page.get_by_label("Name")).to_have_value("Jo Buyer")
    page.get_by_label("E-mail").fill("jo@example.com")
    page.get_by_role("button", name="Buy and pay").click()

    expect(page.get_by_role("note")).to_contain_text("Sandbox.")
    type_card(page, DECLINED)
    expect(page.get_by_role("alert")).to_contain_text("declined")
    type_card(page, SECURE)
    page.get_by_role("button", name="Authorise").click()
    expect(page.get_by_role("status")).to_contain_text("Stripe has not told us yet")
    shop.settle()

    expect(page.get_by_role("status")).to_contain_text("Paid. Thank you!", timeout=15_000)
    page.get_by_role("link", name="Receipt").click()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    expect(page.get_by_text("Jo Buyer")).to_be_visible()
    order = Order.objects.get()
    assert (order.status, order.ledger_entries.get().gross) == (OrderStatus.PAID, 1900)


def test_purchase_cancelled_is_taken_up_again(page: Page, shop: Shop) -> None:
    create_offer()
    buy(page)
    page.get_by_role("link", name="Cancel and go back").click()
    expect(page.get_by_role("heading", name="Nothing was paid")).to_be_visible()

    page.get_by_role("button", name="Pay now").click()
    type_card(page, GOOD)
    shop.settle()

    expect(page.get_by_role("status")).to_contain_text("Paid. Thank you!", timeout=15_000)
    assert Order.objects.get().status == OrderStatus.PAID
