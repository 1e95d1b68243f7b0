"""Amounts in minor units, as a customer reads them."""

from __future__ import annotations

import re
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision

from billing.currencies import minor_digits
from billing.locales import reading_locale

# CLDR puts a space between a currency's letters and the number; babel leaves it out.
_CODE_MEETS_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


def format_money(amount: float, currency: str) -> str:
    """An amount in minor units of an ISO 4217 currency, in the language of the page: 1900 EUR is "€19.00".

    How many minor units make one is the currency's own: 1900 JPY is "¥1,900", 1900 BHD is "BHD 1.900". Fractions of
    a minor unit are rounded.
    """
    digits = minor_digits(currency)
    value = Decimal(amount).scaleb(-digits)
    is_usual = get_currency_precision(currency) == digits  # else the places of the language's pattern, which are two
    shown = format_currency(value, currency, locale=reading_locale(), currency_digits=is_usual)
    return _CODE_MEETS_DIGIT.sub("\N{NO-BREAK SPACE}", shown)
