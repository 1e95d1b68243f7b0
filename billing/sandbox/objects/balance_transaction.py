"""Balance transactions: the money itself, in minor units."""

from __future__ import annotations

from billing.sandbox.shapes import Json

_DAYS_PENDING = 2


def build_balance_transaction(
    *,
    key: str,
    created: int,
    source: Json,
    kind: str,
    category: str,
    amount: int,
    fee: int = 0,
    fee_title: str = "Stripe processing fees",
    is_available: bool = False,
) -> Json:
    """One movement of the balance: `net` is `amount` less `fee`; both are signed as the balance sees them."""
    fee_details = [
        {
            "amount": fee,
            "application": None,
            "currency": source["currency"],
            "description": fee_title,
            "type": "stripe_fee",
        }
    ]
    return {
        "id": key,
        "object": "balance_transaction",
        "amount": amount,
        "available_on": created if is_available else created + _DAYS_PENDING * 86400,
        "balance_type": "payments",
        "created": created,
        "currency": source["currency"],
        "description": source.get("description"),
        "exchange_rate": None,
        "fee": fee,
        "fee_details": fee_details if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source["id"],
        "status": "available" if is_available else "pending",
        "type": kind,
    }
