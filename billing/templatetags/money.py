"""Prices, dates and shares in templates."""

from __future__ import annotations

from django import template

from billing.locales import format_day, format_moment, format_share
from billing.models import Price
from billing.money import format_money

register = template.Library()
register.filter("day", format_day)
register.filter("moment", format_moment)
register.filter("percent", format_share)


@register.filter
def price(price: Price) -> str:
    """What a price says to a customer."""
    return format_money(price.amount, price.currency)


@register.filter
def money(amount: float, currency: str) -> str:
    """An amount in minor units of a currency."""
    return format_money(amount, currency)
