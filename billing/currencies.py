"""How many decimal places an amount of a currency has at Stripe.

CLDR, and with it babel, has no places for some currencies that Stripe counts in hundredths (ISK, RSD, LBP …), so it
must not be asked. https://docs.stripe.com/currencies
"""

from __future__ import annotations

ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])


def minor_digits(currency: str) -> int:
    """The decimal places of an ISO 4217 code in either case: 1900 minor units are 1900 JPY, 19.00 EUR, 1.900 KWD."""
    code = currency.lower()
    return 0 if code in ZERO_DECIMAL else 3 if code in THREE_DECIMAL else 2
