"""Every page a customer meets: how heavy it is, how accessible, and what it says as the order's fortune changes.

Prints a table: weight in bytes as sent, requests, blocking time (long tasks beyond 50 ms) and findings of axe.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from billing.models import Order
from billing.states import OrderStatus
from tests.factories import create_user
from tests.factories.offers import create_offer
from tests.factories.shop import Shop, open_shop
from tests.functional.accessibility import axe_findings, width_findings
from tests.functional.clicks import send_login
from tests.functional.test_purchase import DECLINED, GOOD, SECURE, buy, type_card

pytestmark = pytest.mark.django_db(transaction=True)
MOST_BYTES, MOST_REQUESTS = 60_000, 4
FIGURES = """() => new Promise(resolve => {
    const loaded = ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
        .filter(each => each.initiatorType !== "xmlhttprequest");  // what it asks later
    let blocking = 0;
    new PerformanceObserver(list => list.getEntries().forEach(each => blocking += each.duration - 50))
        .observe({type: "longtask", buffered: true});
    setTimeout(() => resolve({
        weight: loaded.reduce((sum, each) => sum + each.encodedBodySize, 0), requests: loaded.length, blocking
    }), 20);
})"""


@dataclass
class Inspector:
    """Looks at the page that is open, in light and in dark."""

    page: Page
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    def look(self, name: str) -> None:
        figures = self.page.evaluate(FIGURES)
        self.findings += [*axe_findings(self.page, name), *width_findings(self.page, name)]
        self.seen[name] = figures

    def table(self) -> str:
        rows = [f"{'page':<28}{'bytes':>8}{'requests':>10}{'blocking ms':>13}"]
        for name, each in self.seen.items():
            rows.append(f"{name:<28}{each['weight']:>8}{each['requests']:>10}{each['blocking']:>13.0f}")
        return "\n".join([*rows, f"findings of axe: {len(self.findings)}", *self.findings])


@pytest.fixture
def shop(live_server: LiveServer, settings: Any) -> Iterator[Shop]:
    with open_shop(live_server.url, settings) as opened:
        yield opened


@pytest.fixture
def phone(browser: Browser, shop: Shop) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 375, "height": 800}, base_url=shop.url)
    page = context.new_page()
    page.set_default_timeout(20_000)
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})  # each page weighs what a first visit weighs
    yield page
    context.close()


def test_every_customer_page_is_light_and_accessible_and_follows_the_order(
    phone: Page, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    inspector = Inspector(phone)
    _before_paying(phone, inspector)
    order = _pay(phone, shop, inspector)
    _give_back(phone, shop, inspector, order)
    _lose(phone, shop, inspector)

    with capsys.disabled():
        print(f"\n{inspector.table()}")
    assert inspector.findings == []
    assert {name for name, each in inspector.seen.items() if each["weight"] > MOST_BYTES} == set()
    assert {name for name, each in inspector.seen.items() if each["requests"] > MOST_REQUESTS} == set()


def _before_paying(phone: Page, inspector: Inspector) -> None:
    phone.goto("/offers/")
    inspector.look("offers, none")
    create_offer("almanac", amount=900)
    offer = create_offer()
    offer.prices.create(amount=2100, currency="USD")
    phone.reload()
    inspector.look("offers")
    phone.get_by_role("link", name="The calendar").click()
    inspector.look("offer")
    phone.get_by_label("Name").fill("Jo Buyer")
    phone.get_by_role("button", name="Buy and pay").click()
    expect(phone.get_by_text("This field is required.").first).to_be_visible()
    inspector.look("offer, mistakes")


def _pay(phone: Page, shop: Shop, inspector: Inspector) -> Order:
    """Declined, asked for 3-D Secure, paid; the order's page hears of it by itself, without being loaded again."""
    phone.get_by_label("€19.00").check()
    phone.get_by_label("E-mail").fill("jo@example.com")
    phone.get_by_role("button", name="Buy and pay").click()
    inspector.look("hosted page")
    type_card(phone, DECLINED)
    inspector.look("hosted page, declined")
    type_card(phone, SECURE)
    inspector.look("3-D Secure")
    phone.get_by_role("button", name="Authorise").click()
    expect(phone.get_by_role("status")).to_contain_text("Stripe has not told us yet")
    inspector.look("order, asking")
    phone.evaluate("window.isTheSamePage = true")
    shop.settle()
    expect(phone.get_by_role("status")).to_contain_text("Paid. Thank you!")
    assert phone.evaluate("window.isTheSamePage")
    inspector.look("order, paid")
    phone.get_by_role("link", name="Receipt").click()
    inspector.look("receipt")
    order = Order.objects.get()
    assert (order.status, order.ledger_entries.get().gross) == (OrderStatus.PAID, 1900)
    return order


def _give_back(phone: Page, shop: Shop, inspector: Inspector, order: Order) -> None:
    """An operator refunds a part and then the rest."""
    create_user("lea", groups=("Leads",))
    send_login(phone, "lea")
    for amount, said in (("5.00", "A part of what you paid was refunded."), ("14.00", "Refunded in full.")):
        phone.goto(f"/admin/billing/order/{order.pk}/change/")
        phone.get_by_label("Amount in EUR").fill(amount)
        phone.get_by_label("Reason").fill("The box came broken.")
        phone.get_by_role("button", name="Refund…").click()
        phone.get_by_role("button", name=f"Refund €{amount}").click()
        shop.settle()
        phone.goto(order.get_absolute_url())
        expect(phone.get_by_role("status")).to_contain_text(said)
        inspector.look(f"order, €{amount} back")
    assert sum(order.ledger_entries.values_list("gross", flat=True)) == 0


def _lose(phone: Page, shop: Shop, inspector: Inspector) -> None:
    """One order is disputed and lost, another is cancelled and expires."""
    buy(phone, offer="The almanac")
    phone.get_by_role("link", name="Cancel and go back").click()
    inspector.look("cancelled")
    left = Order.objects.latest("pk")
    phone.goto(left.get_absolute_url())
    inspector.look("order, not paid")
    buy(phone, "bo@example.com", "The almanac")
    type_card(phone, GOOD)
    shop.settle()
    disputed = Order.objects.latest("pk")
    dispute = shop.sandbox.controls.dispute(charge=shop.charge(disputed))
    shop.settle()
    phone.goto(disputed.get_absolute_url())
    expect(phone.get_by_role("status")).to_contain_text("Your bank disputes this payment.")
    shop.sandbox.controls.close_dispute(dispute=dispute["id"])
    shop.sandbox.controls.advance(seconds=25 * 3600)
    shop.settle()
    phone.reload()
    expect(phone.get_by_role("status")).to_contain_text("Your bank took this payment back.")
    inspector.look("order, dispute lost")
    phone.goto(left.get_absolute_url())
    expect(phone.get_by_role("status")).to_contain_text("This order has expired.")
    inspector.look("order, expired")
