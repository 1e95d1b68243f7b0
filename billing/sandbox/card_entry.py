"""What a customer types on the hosted page, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from billing.sandbox.cards import Card, card_numbered
from billing.sandbox.errors import StripeError

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


@dataclass(frozen=True, slots=True)
class CardEntry:
    """A test card with its owner. Holds no security code: that is looked at once, when it is read."""

    card: Card
    exp_month: int
    exp_year: int
    name: str
    email: str


def read_entry(form: Mapping[str, str], *, email: str | None, now: int) -> CardEntry:
    """The entry of a form with number, exp ("MM/YY"), cvc, name and, unless `email` is known, email.

    Raises StripeError 402 with the field as its `param`. Expiry counts until the end of the month, UTC.
    """
    email = email or read_email(form)
    card = card_numbered(form.get("number", ""))
    month, year = _read_expiry(form.get("exp", ""), now)
    cvc = form.get("cvc", "").strip()
    if not re.fullmatch(rf"[0-9]{{{card.cvc_length}}}", cvc):
        raise _wrong("Your card's security code is invalid.", "invalid_cvc", "cvc")
    name = " ".join(form.get("name", "").split())[:200]
    if not name:
        raise _wrong("Enter the name on the card.", "parameter_missing", "name")
    return CardEntry(card, month, year, name, email)


def read_email(form: Mapping[str, str]) -> str:
    """The form's e-mail address. Raises StripeError 402."""
    email = form.get("email", "").strip()
    if not _EMAIL.fullmatch(email) or len(email) > 254:
        raise _wrong("Enter an e-mail address such as name@example.com.", "email_invalid", "email")
    return email


def _read_expiry(text: str, now: int) -> tuple[int, int]:
    match = re.fullmatch(r"\s*([0-9]{1,2})\s*/\s*(?:20)?([0-9]{2})\s*", text)
    if match is None or not 1 <= int(match[1]) <= 12:
        raise _wrong("Your card's expiration date is invalid: write it as MM/YY.", "invalid_expiry_month", "exp")
    month, year = int(match[1]), 2000 + int(match[2])
    today = datetime.fromtimestamp(now, UTC)
    if (year, month) < (today.year, today.month):
        raise _wrong("Your card's expiration date is in the past.", "invalid_expiry_year", "exp")
    return month, year


def _wrong(message: str, code: str, field: str) -> StripeError:
    return StripeError(message, status=402, kind="card_error", code=code, param=field)
