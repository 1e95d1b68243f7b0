"""One-off prices."""

from __future__ import annotations

from billing.sandbox.shapes import Json


def build_price(*, key: str, created: int, currency: str, amount: int, product: str, **fields: object) -> Json:
    """A one-off price per unit in minor units; `fields` are any of active, nickname, lookup_key, metadata."""
    return {
        "id": key,
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": created,
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product,
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
        **fields,
    }
