"""Amounts in minor units: fees, discounts, least amounts, and how they read."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from billing.currencies import ZERO_DECIMAL, minor_digits
from billing.sandbox.shapes import Json

FEE_RATE = Decimal("0.029")
_FIXED_FEES = {"usd": 30, "eur": 25, "gbp": 20, "chf": 30, "cad": 30, "aud": 30, "jpy": 0}
_DISPUTE_FEES = {"usd": 1500, "eur": 2000, "gbp": 2000, "chf": 1500, "cad": 1500, "aud": 2500, "jpy": 1300}
_LEAST = {"usd": 50, "eur": 50, "gbp": 30, "chf": 50, "cad": 50, "aud": 50, "jpy": 50, "sek": 300, "nok": 300}


def _rounded(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def processing_fee(amount: int, currency: str) -> int:
    """2.9 % of the amount, rounded half up, plus a fixed part by currency: the shape of Stripe's list prices.

    Plausible, not anyone's contract: read fees from balance transactions and never compute them.
    """
    return _rounded(amount * FEE_RATE) + _FIXED_FEES.get(currency, 0 if currency in ZERO_DECIMAL else 30)


def dispute_fee(currency: str) -> int:
    """What a dispute costs, kept even when it is won."""
    return _DISPUTE_FEES.get(currency, 1500)


def least_amount(currency: str) -> int:
    """The smallest amount that can be charged."""
    return _LEAST.get(currency, 1)


def discount_of(subtotal: int, coupon: Json) -> int:
    """What a coupon takes off a subtotal in the coupon's currency, at most all of it."""
    if coupon["percent_off"] is not None:
        return _rounded(subtotal * Decimal(str(coupon["percent_off"])) / 100)
    return min(subtotal, int(coupon["amount_off"]))


def spread(total: int, weights: list[int]) -> list[int]:
    """A total over several shares by weight, in whole minor units that sum to it exactly."""
    whole = sum(weights)
    shares, given, seen = [], 0, 0
    for weight in weights:
        seen += weight
        until = _rounded(Decimal(total) * seen / whole) if whole else 0
        shares.append(until - given)
        given = until
    return shares


def readable(amount: int, currency: str) -> str:
    """`12.50 EUR`, `1250 JPY`: for messages and the hosted page."""
    places = minor_digits(currency)
    return f"{Decimal(amount).scaleb(-places):,.{places}f} {currency.upper()}"
