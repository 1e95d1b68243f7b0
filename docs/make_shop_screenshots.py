"""Buy in the running product with test cards, and take the shop's pictures on the way, on a phone and on a desktop.

``STRIPE_SANDBOX_CONTROL_TOKEN=… make run`` on fresh data, then
``python docs/make_shop_screenshots.py URL USER PASSWORD SANDBOX_URL TOKEN``.
"""

from __future__ import annotations

import json
import re
import sys
import time
import urllib.request
from dataclasses import dataclass
from typing import Any

from make_screenshots import CHROMIUM, IMAGES, PROGRAM
from playwright.sync_api import Browser, Page, expect, sync_playwright

SIZES = {"desktop": {"width": 1280, "height": 860}, "phone": {"width": 375, "height": 760}}
GOOD, DECLINED, SECURE = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0027 6000 3184"
EXPERIMENT_VIEWS, EXPERIMENT_ORDERS = 60, 4
SLOW = 60_000


@dataclass
class Sandbox:
    """The controls of the Stripe sandbox."""

    url: str
    token: str

    def call(self, name: str, **said: Any) -> Any:
        """Do it; answers with what the sandbox says."""
        asked = urllib.request.Request(  # noqa: S310 - ours, on loopback
            f"{self.url}/_control/{name}", json.dumps(said).encode(), {"Authorization": f"Bearer {self.token}"}
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
            return json.load(answer)


def main(base: str, username: str, password: str, sandbox_url: str, token: str) -> None:
    """Everything a customer can live through, then what operators see of it."""
    sandbox = Sandbox(sandbox_url, token)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=CHROMIUM)
        paid = [_purchase(browser, base, name) for name in SIZES]
        desk = _page(browser, base, "desktop")
        _log_in(desk, username, password)
        _refund(desk, paid[0])
        _dispute(desk, paid[1], sandbox)
        _abandon(browser, base, sandbox)
        _experiment(browser, desk, base)
        browser.close()


def _page(browser: Browser, base: str, size: str) -> Page:
    page = browser.new_context(viewport=SIZES[size], base_url=base).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(SLOW)
    return page


def _purchase(browser: Browser, base: str, size: str) -> str:
    """Declined, challenged, paid; answers with the address of the order."""
    page = _page(browser, base, size)
    page.goto("/offers/")
    _take(page, f"shop-offers-{size}")
    _fill_form(page)
    _take(page, f"shop-offer-{size}")
    page.get_by_role("button", name="Buy and pay").click()
    _type_card(page, DECLINED)
    expect(page.get_by_role("alert")).to_contain_text("declined")
    _take(page, f"shop-declined-{size}")
    _type_card(page, SECURE)
    _take(page, f"shop-secure-{size}")
    page.get_by_role("button", name="Authorise").click()
    expect(page.get_by_role("status")).to_contain_text("Paid. Thank you!", timeout=SLOW)
    _take(page, f"shop-order-{size}")
    order = page.url.partition("?")[0]
    page.get_by_role("link", name="Receipt").click()
    _take(page, f"shop-receipt-{size}")
    return order


def _fill_form(page: Page) -> None:
    page.get_by_role("link", name="Two bags of coffee").click()
    page.get_by_label("Name").fill("Jo Buyer")
    page.get_by_label("E-mail").fill("jo@example.com")


def _type_card(page: Page, number: str) -> None:
    page.get_by_label("Test card number").fill(number)
    page.get_by_label("Expires").fill("12/40")
    page.get_by_label("CVC").fill("123")
    page.get_by_label("Name on the card").fill("Jo Buyer")
    page.get_by_role("button", name="Pay ").click()


def _log_in(page: Page, username: str, password: str) -> None:
    page.goto("/admin/login/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/")


def _open_order(desk: Page, order: str) -> None:
    """The admin's page of an order, found by what the customer can read out."""
    desk.goto(order)
    heading = desk.get_by_role("heading", level=1).inner_text()
    reference = re.sub(r".* ", "", heading)
    desk.goto(f"/admin/billing/order/?q={reference}")
    desk.locator("#result_list a[href*='/change/']").first.click()


def _refund(desk: Page, order: str) -> None:
    for amount, said in (("10.00", "A part of what you paid was refunded."), ("16.90", "Refunded in full.")):
        _open_order(desk, order)
        desk.get_by_label("Amount in EUR").fill(amount)
        desk.get_by_label("Reason").fill("The bag arrived open.")
        desk.get_by_role("button", name="Refund…").click()
        desk.get_by_role("button", name=f"Refund €{amount}").click()
        _wait_for(desk, order, said)
    _open_order(desk, order)
    _take(desk, "order")


def _dispute(desk: Page, order: str, sandbox: Sandbox) -> None:
    _open_order(desk, order)
    desk.get_by_role("link", name="Stripe: charge.succeeded").first.click()
    charge = re.findall(r"ch_\w+", desk.content())[0]
    dispute = sandbox.call("dispute", charge=charge)
    _wait_for(desk, order, "Your bank disputes this payment. We wait for its decision.")
    sandbox.call("close_dispute", dispute=dispute["id"])
    _wait_for(desk, order, "Your bank took this payment back.")


def _abandon(browser: Browser, base: str, sandbox: Sandbox) -> None:
    page = _page(browser, base, "phone")
    page.goto("/offers/")
    _fill_form(page)
    page.get_by_role("button", name="Buy and pay").click()
    page.get_by_role("link", name="Cancel and go back").click()
    _take(page, "shop-cancelled-phone")
    order = page.url.removesuffix("cancelled/")
    sandbox.call("advance", seconds=25 * 3600)
    _wait_for(page, order, "This order has expired. Nothing was charged.")
    _take(page, "shop-expired-phone")


def _experiment(browser: Browser, desk: Page, base: str) -> None:
    desk.goto("/admin/billing/experiment/add/?offer=2")
    desk.get_by_label("Slug").fill("coffee-name")
    desk.get_by_label("Question").fill("Does a name that says what it is sell better?")
    for number, (key, name) in enumerate((("plain", ""), ("telling", "Coffee for a week and a weekend"))):
        desk.locator(f"#id_variants-{number}-key").fill(key)
        desk.locator(f"#id_variants-{number}-name").fill(name)
    desk.get_by_role("button", name="Save", exact=True).click()
    desk.get_by_role("button", name="Start").click()
    for number in range(EXPERIMENT_VIEWS):
        page = _page(browser, base, "phone")
        page.goto("/offers/coffee-two-bags/")
        if number < EXPERIMENT_ORDERS:
            page.get_by_label("Name").fill("Jo Buyer")
            page.get_by_label("E-mail").fill("jo@example.com")
            page.get_by_role("button", name="Buy and pay").click()
            _type_card(page, GOOD)
            expect(page.get_by_role("status")).to_contain_text("Paid. Thank you!", timeout=SLOW)
        page.context.close()
    desk.reload()
    _take(desk, "experiment")


def _wait_for(page: Page, address: str, said: str) -> None:
    for _ in range(60):
        page.goto(address)
        if page.get_by_role("status").inner_text().strip() == said:
            return
        time.sleep(1)
    raise AssertionError(f"{address} does not say: {said}")


def _take(page: Page, name: str) -> None:
    page.wait_for_load_state("load")
    page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
