"""The sandbox's hosted page in a browser without a script, on a phone."""

from collections.abc import Iterator

import pytest
import stripe
from playwright.sync_api import Browser, Page, expect

from billing.sandbox import Sandbox
from tests.integration.billing.sandboxing import client_of, open_session


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def shop() -> Iterator[str]:
    """Another origin to come back to."""
    with Sandbox() as other:
        yield f"{other.url}/healthz"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    yield context.new_page()
    context.close()


def start(sandbox: Sandbox, shop: str, phone: Page) -> tuple[stripe.StripeClient, str]:
    client = client_of(sandbox)
    session = open_session(client, success_url=shop + "?session={CHECKOUT_SESSION_ID}", cancel_url=shop + "?cancelled")
    phone.goto(session.url)
    return client, session.id


def fill(phone: Page, number: str) -> None:
    phone.get_by_label("E-mail").fill("buyer@example.com")
    phone.get_by_label("Test card number").fill(number)
    phone.get_by_label("Expires (MM/YY)").fill("12/40")
    phone.get_by_label("CVC").fill("123")
    phone.get_by_label("Name on the card").fill("Jo Buyer")
    phone.get_by_role("button", name="Pay 50.00 EUR").click()


def test_page_declines_challenges_and_pays(sandbox: Sandbox, shop: str, phone: Page) -> None:
    client, session = start(sandbox, shop, phone)
    expect(phone.get_by_role("note")).to_contain_text("No card is charged and no money moves.")

    fill(phone, "4000 0000 0000 0002")
    expect(phone.get_by_role("alert")).to_have_text("Your card was declined.")
    expect(phone.get_by_label("E-mail")).to_have_value("buyer@example.com")
    fill(phone, "4000 0027 6000 3184")
    phone.get_by_role("button", name="Fail").click()
    expect(phone.get_by_role("alert")).to_contain_text("unable to authenticate")
    fill(phone, "4000 0027 6000 3184")
    phone.get_by_role("button", name="Authorise").click()

    phone.wait_for_url(f"{shop}?session={session}")
    assert client.v1.checkout.sessions.retrieve(session).payment_status == "paid"


def test_page_fits_a_phone_and_lets_one_cancel(sandbox: Sandbox, shop: str, phone: Page) -> None:
    client, session = start(sandbox, shop, phone)
    wide = phone.locator("main").bounding_box()

    phone.get_by_role("link", name="Cancel and go back").click()

    phone.wait_for_url(f"{shop}?cancelled")
    assert wide is not None
    assert wide["width"] <= 360
    assert client.v1.checkout.sessions.retrieve(session).status == "open"
