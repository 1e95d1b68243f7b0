"""Refunds."""

from __future__ import annotations

from billing.sandbox.shapes import Json


def build_refund(
    *, key: str, created: int, charge: Json, amount: int, reason: str | None, metadata: Json, status: str
) -> Json:
    """A refund of a part or all of a charge."""
    return {
        "id": key,
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "customer_account": None,
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }
