"""Stripe's published test cards and what each of them does (docs.stripe.com/testing)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from billing.sandbox.errors import StripeError

_DECLINED = "Your card was declined."


@dataclass(frozen=True, slots=True)
class Decline:
    """Why a charge fails: Stripe's error code, its decline code where there is one, and the message."""

    code: str
    reason: str | None = None
    message: str = _DECLINED
    is_blocked: bool = False  # by fraud protection, before the bank is asked


class Challenge(StrEnum):
    """When 3-D Secure asks the customer."""

    NEVER = "never"
    ALWAYS = "always"


class Refunding(StrEnum):
    """How a refund to the card goes."""

    AT_ONCE = "at_once"
    LATER = "later"  # pending, then succeeded
    FAILS = "fails"  # succeeded, then failed


@dataclass(frozen=True, slots=True)
class Card:
    """What happens with a card. `dispute` is a dispute's reason; an inquiry takes no money."""

    number: str
    brand: str = "visa"
    title: str = "succeeds"
    funding: str = "credit"
    decline: Decline | None = None
    challenge: Challenge = Challenge.NEVER
    dispute: str | None = None
    is_inquiry: bool = False
    refunding: Refunding = Refunding.AT_ONCE
    is_available_at_once: bool = False

    @property
    def last4(self) -> str:
        """The only digits that are ever stored."""
        return self.number[-4:]

    @property
    def cvc_length(self) -> int:
        """4 digits on American Express, else 3."""
        return 4 if self.brand == "amex" else 3


def _declines(number: str, title: str, code: str, reason: str | None = None, message: str = _DECLINED) -> Card:
    return Card(number, title=title, decline=Decline(code, reason, message))


_CARDS = (
    Card("4242424242424242"),
    Card("4000056655665556", funding="debit"),
    Card("5555555555554444", "mastercard"),
    Card("2223003122003222", "mastercard"),
    Card("5200828282828210", "mastercard", funding="debit"),
    Card("5105105105105100", "mastercard", funding="prepaid"),
    Card("378282246310005", "amex"),
    Card("371449635398431", "amex"),
    Card("6011111111111117", "discover"),
    Card("6011000990139424", "discover"),
    Card("3056930009020004", "diners"),
    Card("36227206271667", "diners"),
    Card("3566002020360505", "jcb"),
    Card("6200000000000005", "unionpay"),
    Card("4000000000000077", title="succeeds, its money is available at once", is_available_at_once=True),
    _declines("4000000000000002", "is declined", "card_declined", "generic_decline"),
    _declines(
        "4000000000009995",
        "has insufficient funds",
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    _declines("4000000000009987", "is lost", "card_declined", "lost_card"),
    _declines("4000000000009979", "is stolen", "card_declined", "stolen_card"),
    _declines(
        "4000000000006975",
        "is used too often",
        "card_declined",
        "card_velocity_exceeded",
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
    ),
    _declines("4000000000000341", "is accepted, then its charge is declined", "card_declined", "generic_decline"),
    _declines("4000000000000069", "has expired", "expired_card", None, "Your card has expired."),
    _declines("4000000000000127", "has another CVC", "incorrect_cvc", None, "Your card's security code is incorrect."),
    _declines(
        "4000000000000119",
        "meets a processing error",
        "processing_error",
        None,
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    Card(
        "4100000000000019",
        title="is blocked as fraudulent",
        decline=Decline("card_declined", "fraudulent", is_blocked=True),
    ),
    Card("4000002500003155", title="asks for 3-D Secure", challenge=Challenge.ALWAYS),
    Card("4000002760003184", title="asks for 3-D Secure every time", challenge=Challenge.ALWAYS),
    Card("4000000000003220", title="asks for 3-D Secure 2", challenge=Challenge.ALWAYS),
    Card("4000000000003055", title="knows 3-D Secure, does not ask for it"),
    Card(
        "4000008400001629",
        title="asks for 3-D Secure, then is declined",
        challenge=Challenge.ALWAYS,
        decline=Decline("card_declined", "generic_decline"),
    ),
    Card("4000000000000259", title="succeeds, then is disputed as fraudulent", dispute="fraudulent"),
    Card("4000000000002685", title="succeeds, then is disputed as not received", dispute="product_not_received"),
    Card("4000000000001976", title="succeeds, then meets an inquiry", dispute="fraudulent", is_inquiry=True),
    Card("4000000000007726", title="succeeds, a refund takes a while", refunding=Refunding.LATER),
    Card("4000000000005126", title="succeeds, a refund fails later", refunding=Refunding.FAILS),
)
BY_NUMBER = {card.number: card for card in _CARDS}
SHOWN = tuple(
    BY_NUMBER[number]
    for number in (
        "4242424242424242", "4000000000000002", "4000000000009995", "4000002760003184", "4000000000000259",
        "4000000000000077",
    )
)  # fmt: skip


def card_numbered(text: str) -> Card:
    """The test card with this number; blanks and dashes are ignored.

    Raises StripeError `incorrect_number`; 402 for a number that could be a real card's, which is kept nowhere.
    """
    number = re.sub(r"[\s-]", "", text)
    if number in BY_NUMBER:
        return BY_NUMBER[number]
    if not re.fullmatch(r"[0-9]{12,19}", number) or not _passes_luhn(number):
        raise StripeError(
            "Your card number is incorrect.", status=402, kind="card_error", code="incorrect_number", param="number"
        )
    raise StripeError(
        "Your card was declined. This is a sandbox: use one of Stripe's test cards, never a real one.",
        status=402,
        kind="card_error",
        code="card_declined",
        decline_code="test_mode_live_card",
        param="number",
    )


def _passes_luhn(number: str) -> bool:
    doubled = [int(digit) * 2 if at % 2 else int(digit) for at, digit in enumerate(reversed(number))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0
