"""Coupons and promotion codes."""

from __future__ import annotations

from billing.sandbox.shapes import Json


def build_coupon(*, key: str, created: int, **fields: object) -> Json:
    """A coupon with either percent_off, or amount_off and currency, among its `fields`."""
    return {
        "id": key,
        "object": "coupon",
        "amount_off": None,
        "created": created,
        "currency": None,
        "duration": "once",
        "duration_in_months": None,
        "livemode": False,
        "max_redemptions": None,
        "metadata": {},
        "name": None,
        "percent_off": None,
        "redeem_by": None,
        "times_redeemed": 0,
        "valid": True,
        **fields,
    }


def build_promotion_code(*, key: str, created: int, code: str, coupon: str, **fields: object) -> Json:
    """A code that customers type for a coupon."""
    return {
        "id": key,
        "object": "promotion_code",
        "active": True,
        "code": code,
        "created": created,
        "customer": None,
        "customer_account": None,
        "expires_at": None,
        "livemode": False,
        "max_redemptions": None,
        "metadata": {},
        "promotion": {"coupon": coupon, "type": "coupon"},
        "restrictions": {
            "first_time_transaction": False,
            "minimum_amount": None,
            "minimum_amount_currency": None,
        },
        "times_redeemed": 0,
        **fields,
    }
