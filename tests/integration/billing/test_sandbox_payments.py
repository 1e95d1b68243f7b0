"""What cards, refunds and disputes do to charges, money and events."""

from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from billing.sandbox import Sandbox
from billing.sandbox.cards import BY_NUMBER
from tests.integration.billing.sandboxing import client_of, open_session, paid_charge

Client = stripe.StripeClient


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return client_of(sandbox)


def told(client: Client) -> list[str]:
    """The types of all events, oldest first, without the catalogue's."""
    types = [event.type for event in client.v1.events.list({"limit": 100}).data][::-1]
    return [name for name in types if not name.startswith(("product", "price"))]


def movements(client: Client) -> list[tuple[str, str, int, int, int]]:
    rows = client.v1.balance_transactions.list({"limit": 100}).data[::-1]
    return [(row.type, row.reporting_category, row.amount, row.fee, row.net) for row in rows]


def test_payment_tells_in_stripe_s_order(sandbox: Sandbox, client: Client) -> None:
    charge = paid_charge(sandbox, client)

    assert told(client) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
        "charge.updated",
    ]
    assert movements(client) == [("charge", "charge", 5000, 170, 4830)]
    assert charge.metadata.to_dict() == {"order": "1"}
    early = client.v1.events.list({"type": "charge.succeeded"}).data[0]
    assert early.data.object["balance_transaction"] is None


@pytest.mark.parametrize(
    ("number", "code", "reason"),
    [
        (number, card.decline.code, card.decline.reason)
        for number, card in BY_NUMBER.items()
        if card.decline is not None
    ],
)
def test_declined_card_fails_the_charge_and_leaves_the_session_open(
    sandbox: Sandbox, number: str, code: str, reason: str | None
) -> None:
    client = client_of(sandbox)
    session = open_session(client)

    outcome = sandbox.controls.pay(session=session.id, number=number)

    again: Any = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    intent = again.payment_intent
    assert outcome["outcome"] == "declined"
    assert (again.status, again.payment_status, intent.status) == ("open", "unpaid", "requires_payment_method")
    assert (intent.last_payment_error.code, intent.last_payment_error.to_dict().get("decline_code")) == (code, reason)
    assert (intent.latest_charge.status, intent.latest_charge.paid) == ("failed", False)
    assert told(client)[-2:] == ["charge.failed", "payment_intent.payment_failed"]
    assert movements(client) == []


def test_declined_card_then_a_good_one_pays_with_the_same_intent(sandbox: Sandbox, client: Client) -> None:
    session = open_session(client)

    first = sandbox.controls.pay(session=session.id, number="4000000000000002")
    second = sandbox.controls.pay(session=session.id)

    assert (first["outcome"], second["outcome"]) == ("declined", "paid")
    assert first["payment_intent"] == second["payment_intent"]
    assert len(client.v1.charges.list({"payment_intent": first["payment_intent"]}).data) == 2


@pytest.mark.parametrize(
    ("number", "authorise", "outcome", "last"),
    [
        ("4000002760003184", True, "paid", "charge.updated"),
        ("4000002500003155", False, "declined", "payment_intent.payment_failed"),
        ("4000008400001629", True, "declined", "payment_intent.payment_failed"),
        ("4000000000003055", True, "paid", "charge.updated"),
    ],
)
def test_challenge_decides(sandbox: Sandbox, number: str, authorise: bool, outcome: str, last: str) -> None:
    client = client_of(sandbox)
    session = open_session(client)

    answer = sandbox.controls.pay(session=session.id, number=number, authorise=authorise)

    types = told(client)
    assert answer["outcome"] == outcome
    assert types[-1] == last
    assert ("payment_intent.requires_action" in types) == (number != "4000000000003055")


def test_paid_session_cannot_be_paid_again(sandbox: Sandbox, client: Client) -> None:
    session = open_session(client)
    sandbox.controls.pay(session=session.id)

    with pytest.raises(Exception, match="is complete, not open"):
        sandbox.controls.pay(session=session.id)

    assert len(client.v1.charges.list().data) == 1


def test_customer_is_made_only_on_request(sandbox: Sandbox, client: Client) -> None:
    guest, wanted = open_session(client), open_session(client, customer_creation="always")

    for session in (guest, wanted):
        sandbox.controls.pay(session=session.id)

    customers = [client.v1.checkout.sessions.retrieve(each.id).customer for each in (guest, wanted)]
    assert customers == [None, client.v1.customers.list().data[0].id]


def test_coupon_is_counted_when_the_session_completes(sandbox: Sandbox, client: Client) -> None:
    coupon = client.v1.coupons.create({"percent_off": 50, "duration": "once", "max_redemptions": 1})
    session = open_session(client, discounts=[{"coupon": coupon.id}])

    sandbox.controls.pay(session=session.id)

    used = client.v1.coupons.retrieve(coupon.id)
    assert (used.times_redeemed, used.valid) == (1, False)
    assert movements(client)[0][2] == 2500
    with pytest.raises(stripe.InvalidRequestError, match="expired"):
        open_session(client, discounts=[{"coupon": coupon.id}])


def test_session_expires_with_the_clock_and_cancels_its_intent(sandbox: Sandbox, client: Client) -> None:
    session = open_session(client)
    sandbox.controls.pay(session=session.id, number="4000000000000002")

    sandbox.controls.advance(seconds=24 * 3600 + 1)

    expired: Any = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (expired.status, expired.url, expired.payment_intent.status) == ("expired", None, "canceled")
    assert told(client)[-2:] == ["checkout.session.expired", "payment_intent.canceled"]


def test_expire_works_once_and_not_on_a_paid_session(sandbox: Sandbox, client: Client) -> None:
    open_one, paid = open_session(client), open_session(client)
    sandbox.controls.pay(session=paid.id)

    client.v1.checkout.sessions.expire(open_one.id)

    for session in (open_one, paid):
        with pytest.raises(stripe.InvalidRequestError, match="not open"):
            client.v1.checkout.sessions.expire(session.id)


def test_money_becomes_available_with_time_or_at_once(sandbox: Sandbox, client: Client) -> None:
    paid_charge(sandbox, client)
    paid_charge(sandbox, client, number="4000000000000077")

    before = [row.status for row in client.v1.balance_transactions.list().data]
    sandbox.controls.advance(seconds=3 * 86400)
    balance = client.v1.balance.retrieve()

    assert before == ["available", "pending"]
    assert [(each.amount, each.currency) for each in balance.available] == [(9660, "eur")]


def test_settlement_held_leaves_a_charge_without_money_until_released(sandbox: Sandbox, client: Client) -> None:
    sandbox.controls.hold_settlement(on=True)
    charge = paid_charge(sandbox, client)

    settled = sandbox.controls.hold_settlement(on=False)

    assert charge.balance_transaction is None
    assert settled["settled"] == [charge.id]
    assert client.v1.charges.retrieve(charge.id).balance_transaction is not None


def test_refund_in_part_then_in_full(sandbox: Sandbox, client: Client) -> None:
    charge = paid_charge(sandbox, client)

    part = client.v1.refunds.create({"charge": charge.id, "amount": 1000, "reason": "requested_by_customer"})
    between = client.v1.charges.retrieve(charge.id)
    rest = client.v1.refunds.create({"payment_intent": charge.payment_intent})
    after = client.v1.charges.retrieve(charge.id)

    assert (part.status, part.amount, rest.amount) == ("succeeded", 1000, 4000)
    assert [(each.amount_refunded, each.refunded) for each in (between, after)] == [(1000, False), (5000, True)]
    assert movements(client)[1:] == [("refund", "refund", -1000, 0, -1000), ("refund", "refund", -4000, 0, -4000)]
    assert told(client)[-4:] == ["refund.created", "charge.refunded"] * 2


@pytest.mark.parametrize(
    ("refunded", "amount", "code", "said"),
    [
        (0, 5001, None, "greater than charge amount"),
        (4000, 1001, None, "greater than unrefunded amount on charge"),
        (5000, 1, "charge_already_refunded", "already been refunded"),
        (0, 0, "parameter_invalid_integer", "between 1"),
    ],
)
def test_refund_beyond_what_is_left_is_refused(
    sandbox: Sandbox, refunded: int, amount: int, code: str | None, said: str
) -> None:
    client = client_of(sandbox)
    charge = paid_charge(sandbox, client)
    if refunded:
        client.v1.refunds.create({"charge": charge.id, "amount": refunded})

    with pytest.raises(stripe.InvalidRequestError, match=said) as refusal:
        client.v1.refunds.create({"charge": charge.id, "amount": amount})

    assert (refusal.value.http_status, refusal.value.code) == (400, code)
    assert client.v1.charges.retrieve(charge.id).amount_refunded == refunded


def test_refund_of_a_failed_payment_is_refused(sandbox: Sandbox, client: Client) -> None:
    tried = sandbox.controls.pay(session=open_session(client).id, number="4000000000000002")

    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        client.v1.refunds.create({"payment_intent": tried["payment_intent"]})


@pytest.mark.parametrize(
    ("number", "statuses", "left", "event"),
    [
        ("4000000000007726", ("pending", "succeeded"), 5000, "refund.updated"),
        ("4000000000005126", ("succeeded", "failed"), 0, "refund.failed"),
    ],
)
def test_refund_that_takes_its_time(
    sandbox: Sandbox, number: str, statuses: tuple[str, str], left: int, event: str
) -> None:
    client = client_of(sandbox)
    charge = paid_charge(sandbox, client, number=number)
    refund = client.v1.refunds.create({"charge": charge.id})

    sandbox.controls.advance(seconds=60)

    done = client.v1.refunds.retrieve(refund.id)
    assert (refund.status, done.status) == statuses
    assert client.v1.charges.retrieve(charge.id).amount_refunded == left
    assert event in told(client)
    assert sum(net for *_, net in movements(client)) == 4830 - left


@pytest.mark.parametrize(
    ("is_won", "status", "last", "net"),
    [(True, "won", "charge.dispute.funds_reinstated", 2830), (False, "lost", "charge.dispute.closed", -2170)],
)
def test_dispute_takes_the_money_and_a_fee_and_gives_back_when_won(
    sandbox: Sandbox, is_won: bool, status: str, last: str, net: int
) -> None:
    client = client_of(sandbox)
    charge = paid_charge(sandbox, client, number="4000000000000259")
    dispute = client.v1.disputes.list({"charge": charge.id}).data[0]

    closed = sandbox.controls.close_dispute(dispute=dispute.id, won=is_won)

    assert (dispute.status, dispute.reason, closed["status"]) == ("needs_response", "fraudulent", status)
    assert told(client)[5] == "charge.dispute.created"
    assert told(client)[-1] == last
    assert client.v1.charges.retrieve(charge.id).disputed
    assert sum(row.net for row in client.v1.balance_transactions.list().data) == net
    assert [row["amount"] for row in closed["balance_transactions"]] == [-5000, 5000][: 1 + is_won]


def test_disputed_charge_cannot_be_refunded(sandbox: Sandbox, client: Client) -> None:
    charge = paid_charge(sandbox, client, number="4000000000002685")

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"charge": charge.id})

    assert refusal.value.code == "charge_disputed"


def test_inquiry_takes_no_money_and_can_be_refunded(sandbox: Sandbox, client: Client) -> None:
    charge = paid_charge(sandbox, client, number="4000000000001976")
    inquiry = client.v1.disputes.list({"charge": charge.id}).data[0]

    refund = client.v1.refunds.create({"charge": charge.id})
    closed = client.v1.disputes.close(inquiry.id)

    assert (inquiry.status, refund.status, closed.status) == ("warning_needs_response", "succeeded", "warning_closed")
    assert {kind for kind, *_ in movements(client)} == {"charge", "refund"}


@pytest.mark.parametrize(
    ("said", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost"), ("hm", "under_review")]
)
def test_evidence_with_stripe_s_words_decides(sandbox: Sandbox, client: Client, said: str, status: str) -> None:
    charge = paid_charge(sandbox, client, number="4000000000000259")
    dispute = client.v1.disputes.list({"charge": charge.id}).data[0]

    client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": said}, "submit": True})

    assert client.v1.disputes.retrieve(dispute.id).status == status


def test_dispute_can_be_opened_on_any_paid_charge_once(sandbox: Sandbox, client: Client) -> None:
    charge = paid_charge(sandbox, client)

    opened = sandbox.controls.dispute(charge=charge.id, reason="duplicate", amount=300)

    assert (opened["amount"], opened["reason"]) == (300, "duplicate")
    with pytest.raises(Exception, match="cannot be disputed"):
        sandbox.controls.dispute(charge=charge.id)
