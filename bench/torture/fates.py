"""What becomes of an order at Stripe, and the status that it must end with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
import stripe

from billing.sandbox import ControlClient
from billing.states import OrderStatus

GOOD, AT_ONCE, DECLINED, POOR = "4242424242424242", "4000000000000077", "4000000000000002", "4000000000009995"
CHALLENGED, CHALLENGED_THEN_DECLINED = "4000002760003184", "4000008400001629"
DISPUTED, UNRECEIVED, INQUIRED = "4000000000000259", "4000000000002685", "4000000000001976"
SLOW_REFUND, FAILING_REFUND = "4000000000007726", "4000000000005126"
SHARE = 300  # minor units of a refund in part


@dataclass(frozen=True, slots=True)
class Stripe:
    """Both sides of the sandbox: what a shop may call, and what only fate may."""

    url: str
    api: stripe.StripeClient
    controls: ControlClient

    def pay(self, session: str, number: str = GOOD, *, authorise: bool = True) -> None:
        """Type a card on the hosted page."""
        self.controls.call("pay", session=session, number=number, authorise=authorise)

    def intent(self, session: str) -> Any:
        """The payment of a session."""
        found = self.api.v1.checkout.sessions.retrieve(session, {"expand": ["payment_intent"]})
        return found.payment_intent

    def refund(self, session: str, amount: int | None = None) -> None:
        """Give back a part, or all that is left."""
        asked: Any = {"payment_intent": self.intent(session).id} | ({"amount": amount} if amount else {})
        self.api.v1.refunds.create(asked)

    def dispute(self, session: str) -> str:
        """The dispute of a payment, opened if there is none."""
        intent = self.intent(session)
        known = self.api.v1.disputes.list({"payment_intent": intent.id}).data
        if known:
            return str(known[0].id)
        return str(self.controls.call("dispute", charge=intent.latest_charge)["id"])

    def decide(self, session: str, *, won: bool) -> None:
        """Close the dispute of a payment."""
        self.controls.call("close_dispute", dispute=self.dispute(session), won=won)


Life = Callable[[Stripe, str], None]


@dataclass(frozen=True, slots=True)
class Fate:
    """`live` is what happens at Stripe to the session of the order; `coupon` is typed on our page."""

    name: str
    ends: OrderStatus
    live: Life
    coupon: str = ""


def _cards(*numbers: str, authorise: bool = True) -> Life:
    def live(at: Stripe, session: str) -> None:
        for number in numbers:
            at.pay(session, number, authorise=authorise)

    return live


def _refused_then_paid(at: Stripe, session: str) -> None:
    at.pay(session, CHALLENGED, authorise=False)
    at.pay(session, CHALLENGED)


def _expired(*numbers: str) -> Life:
    def live(at: Stripe, session: str) -> None:
        _cards(*numbers)(at, session)
        at.api.v1.checkout.sessions.expire(session)

    return live


def _refunded(*amounts: int | None, card: str = GOOD) -> Life:
    def live(at: Stripe, session: str) -> None:
        at.pay(session, card)
        for amount in amounts:
            at.refund(session, amount)

    return live


def _disputed(*, won: bool | None, card: str = DISPUTED, refund: int = 0) -> Life:
    def live(at: Stripe, session: str) -> None:
        at.pay(session, card)
        if refund:
            at.refund(session, refund)
        at.dispute(session)
        if won is not None:
            at.decide(session, won=won)

    return live


def _defended(at: Stripe, session: str) -> None:
    at.pay(session, UNRECEIVED)
    evidence: Any = {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}
    at.api.v1.disputes.update(at.dispute(session), evidence)


def _settled_late(at: Stripe, session: str) -> None:
    at.controls.call("hold_settlement", on=True)
    at.pay(session)
    at.controls.call("hold_settlement", on=False)


def _forgotten(at: Stripe, session: str) -> None:
    """The customer is deleted at Stripe while events about the payment are still on their way."""
    at.pay(session)
    at.refund(session, SHARE)
    at.api.v1.customers.delete(str(at.intent(session).customer))


def _renamed(at: Stripe, session: str) -> None:
    at.pay(session)
    at.api.v1.customers.update(str(at.intent(session).customer), {"name": "Another Name"})


def _free(at: Stripe, session: str) -> None:
    """Nothing is charged: the page is only confirmed."""
    requests.post(f"{at.url}/c/pay/{session}", {}, allow_redirects=False, timeout=30).raise_for_status()


_S = OrderStatus
FATES = (
    Fate("paid", _S.PAID, _cards(GOOD)),
    Fate("paid, money at once", _S.PAID, _cards(AT_ONCE)),
    Fate("3-D Secure authorised", _S.PAID, _cards(CHALLENGED)),
    Fate("3-D Secure refused", _S.PENDING, _cards(CHALLENGED, authorise=False)),
    Fate("3-D Secure, then declined", _S.PENDING, _cards(CHALLENGED_THEN_DECLINED)),
    Fate("3-D Secure refused, then paid", _S.PAID, _refused_then_paid),
    Fate("declined", _S.PENDING, _cards(DECLINED)),
    Fate("declined twice, then paid", _S.PAID, _cards(DECLINED, POOR, GOOD)),
    Fate("expired", _S.EXPIRED, _expired()),
    Fate("declined, then expired", _S.EXPIRED, _expired(POOR)),
    Fate("refunded in part", _S.PARTIALLY_REFUNDED, _refunded(SHARE)),
    Fate("refunded in two parts", _S.REFUNDED, _refunded(SHARE, None)),
    Fate("refunded", _S.REFUNDED, _refunded(None)),
    Fate("refund that takes a while", _S.REFUNDED, _refunded(None, card=SLOW_REFUND)),
    Fate("refund that fails", _S.PAID, _refunded(None, card=FAILING_REFUND)),
    Fate("disputed", _S.DISPUTED, _disputed(won=None)),
    Fate("dispute lost", _S.DISPUTE_LOST, _disputed(won=False)),
    Fate("dispute won", _S.PAID, _disputed(won=True)),
    Fate("dispute won by evidence", _S.PAID, _defended),
    Fate("refunded in part, dispute won", _S.PARTIALLY_REFUNDED, _disputed(won=True, card=GOOD, refund=SHARE)),
    Fate("refunded in part, dispute lost", _S.DISPUTE_LOST, _disputed(won=False, card=GOOD, refund=SHARE)),
    Fate("inquiry open", _S.DISPUTED, _disputed(won=None, card=INQUIRED)),
    Fate("inquiry closed", _S.PAID, _disputed(won=True, card=INQUIRED)),
    Fate("settled late", _S.PAID, _settled_late),
    Fate("with a coupon", _S.PAID, _cards(GOOD), coupon="QUARTER"),
    Fate("with a coupon, refunded", _S.REFUNDED, _refunded(None), coupon="QUARTER"),
    Fate("free by a coupon", _S.PAID, _free, coupon="FREE"),
    Fate("customer deleted at Stripe", _S.PARTIALLY_REFUNDED, _forgotten),
    Fate("customer renamed at Stripe", _S.PAID, _renamed),
)
