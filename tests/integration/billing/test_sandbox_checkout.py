"""The hosted page, over HTTP and without a script."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import stripe

from billing.sandbox import Sandbox
from tests.integration.billing.sandboxing import client_of, open_session, type_card

Client = stripe.StripeClient


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return client_of(sandbox)


def page(url: str) -> requests.Response:
    return requests.get(url, timeout=20, allow_redirects=False)


def thanks(session: Any) -> str:
    return f"http://127.0.0.1:8000/thanks?session={session.id}"


def test_page_says_that_it_is_a_sandbox_and_loads_nothing_from_elsewhere(client: Client) -> None:
    session = open_session(client, amount=123456)

    shown = page(session.url)

    assert shown.status_code == 200
    assert "No card is charged and no money moves." in shown.text
    assert "1,234.56 EUR" in shown.text
    assert 'href="http://127.0.0.1:8000/offers/"' in shown.text
    assert "<script" not in shown.text
    assert re.findall(r'(?:src|href)="([^"]*)"', shown.text) == [
        "/c/sandbox.css", "data:,", "http://127.0.0.1:8000/offers/"
    ]  # fmt: skip
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert len(shown.content) + len(page(session.url.partition("/c/")[0] + "/c/sandbox.css").content) < 20_000


def test_page_pays_and_sends_back_with_the_session_s_id(client: Client) -> None:
    session = open_session(client)

    answer = type_card(session.url)

    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert (answer.status_code, answer.headers["Location"]) == (303, thanks(session))
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.customer_details.email == "buyer@example.com"  # type: ignore[union-attr]


def test_page_sent_twice_charges_once(client: Client) -> None:
    session = open_session(client)

    answers = [type_card(session.url) for _ in range(2)]

    assert [answer.headers["Location"] for answer in answers] == [thanks(session)] * 2
    assert len(client.v1.charges.list().data) == 1
    assert "This is paid" in page(session.url).text


def test_page_after_a_decline_says_why_and_keeps_what_was_typed_but_the_card(client: Client) -> None:
    session = open_session(client)

    declined = type_card(session.url, "4000000000009995", name='Jo "<b>" Buyer', email="jo@example.com")

    assert declined.status_code == 402
    assert "Your card has insufficient funds." in declined.text
    assert 'value="jo@example.com"' in declined.text
    assert 'value="Jo &quot;&lt;b&gt;&quot; Buyer"' in declined.text
    assert "4000000000009995" not in declined.text.partition("<details>")[0]
    assert type_card(session.url).status_code == 303


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": "1"}, "number"),
        ({"exp": "01/20"}, "exp"),
        ({"cvc": ""}, "cvc"),
        ({"name": ""}, "name"),
        ({"email": ""}, "email"),
    ],
)
def test_page_with_a_wrong_field_marks_it_and_tries_no_charge(
    client: Client, wrong: dict[str, str], field: str
) -> None:
    session = open_session(client)

    answer = type_card(session.url, **wrong)

    assert answer.status_code == 402
    assert f'aria-describedby="{field}-error"' in answer.text
    assert client.v1.payment_intents.list().data == []


def test_page_never_keeps_what_may_be_a_real_card(sandbox: Sandbox, client: Client) -> None:
    session = open_session(client)

    answer = type_card(session.url, "4539148803436467")

    assert "never a real one" in answer.text
    assert "4539148803436467" not in answer.text
    assert "4539148803436467" not in sandbox.store.dump()


@pytest.mark.parametrize(("answer", "status"), [("authorise", "complete"), ("fail", "open")])
def test_challenge_page_decides(client: Client, answer: str, status: str) -> None:
    session = open_session(client)
    asked = type_card(session.url, "4000002760003184")
    challenge = session.url + "/challenge"

    shown = page(challenge)
    decided = requests.post(challenge, {"answer": answer}, allow_redirects=False, timeout=20)

    assert session.url.endswith(asked.headers["Location"].removesuffix("/challenge"))
    assert "50.00 EUR" in shown.text
    assert client.v1.checkout.sessions.retrieve(session.id).status == status
    if answer == "fail":
        assert "unable to authenticate" in page(session.url).text
    else:
        assert decided.headers["Location"] == thanks(session)


def test_challenge_answered_without_a_card_changes_nothing(client: Client) -> None:
    session = open_session(client)

    answer = requests.post(session.url + "/challenge", {"answer": "authorise"}, allow_redirects=False, timeout=20)

    assert answer.status_code in {303, 404}
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_expired_page_takes_no_payment(sandbox: Sandbox, client: Client) -> None:
    session = open_session(client)
    sandbox.controls.advance(seconds=24 * 3600 + 1)

    shown, paid = page(session.url), type_card(session.url)

    assert (shown.status_code, paid.status_code) == (410, 410)
    assert "This page has expired" in shown.text
    assert client.v1.charges.list().data == []


@pytest.mark.parametrize("path", ["/c/pay/cs_test_none", "/c/pay/", "/c/pay/..%2f..%2fetc%2fpasswd", "/c/other"])
def test_unknown_page_is_told(sandbox: Sandbox, path: str) -> None:
    assert page(sandbox.url + path).status_code == 404


def test_page_with_a_known_email_asks_for_none(client: Client) -> None:
    session = open_session(client, customer_email="known@example.com")

    shown = page(session.url)
    type_card(session.url, email="other@example.com")

    assert "Receipt to <strong>known@example.com</strong>" in shown.text
    details = client.v1.checkout.sessions.retrieve(session.id).customer_details
    assert details is not None
    assert details.email == "known@example.com"


def test_page_shows_the_discount_and_charges_the_rest(client: Client) -> None:
    coupon = client.v1.coupons.create({"percent_off": 20, "duration": "once", "name": "Autumn"})
    session = open_session(client, discounts=[{"coupon": coupon.id}])

    shown = page(session.url)
    type_card(session.url)

    assert "Discount: Autumn" in shown.text
    assert "-10.00 EUR" in shown.text
    assert client.v1.charges.list().data[0].amount == 4000


def test_page_applies_a_typed_promotion_code_and_takes_it_off(client: Client) -> None:
    coupon = client.v1.coupons.create({"amount_off": 500, "currency": "eur", "duration": "once"})
    client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "FIVE"})
    session = open_session(client, allow_promotion_codes=True)

    totals = []
    for code in ("nope", "five", ""):
        answer = requests.post(session.url, {"promotion": "apply", "code": code}, timeout=20)
        totals.append((answer.status_code, client.v1.checkout.sessions.retrieve(session.id).amount_total))

    assert totals == [(402, 5000), (200, 4500), (200, 5000)]


def test_page_with_nothing_to_pay_asks_for_no_card(client: Client) -> None:
    coupon = client.v1.coupons.create({"percent_off": 100, "duration": "once"})
    session = open_session(client, discounts=[{"coupon": coupon.id}])

    shown = page(session.url)
    answer = requests.post(session.url, {"email": "a@example.com"}, allow_redirects=False, timeout=20)

    done = client.v1.checkout.sessions.retrieve(session.id)
    assert "Complete the order" in shown.text
    assert 'name="number"' not in shown.text
    assert answer.headers["Location"] == thanks(session)
    assert (done.payment_status, done.payment_intent) == ("no_payment_required", None)
