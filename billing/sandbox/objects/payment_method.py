"""Payment methods: always a card."""

from __future__ import annotations

from hashlib import sha256

from billing.sandbox.cards import Card, Challenge
from billing.sandbox.shapes import Json


def fingerprint(card: Card) -> str:
    """The same for every use of the same card."""
    return sha256(card.number.encode()).hexdigest()[:16]


def build_payment_method(
    *, key: str, created: int, card: Card, exp_month: int, exp_year: int, details: Json, customer: str | None
) -> Json:
    """A card as a payment method; of its number only the last four digits are kept."""
    return {
        "id": key,
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": details,
        "card": {
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass",
            },
            "country": "US",
            "display_brand": card.brand,
            "exp_month": exp_month,
            "exp_year": exp_year,
            "fingerprint": fingerprint(card),
            "funding": card.funding,
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": card.challenge is not Challenge.NEVER},
            "wallet": None,
        },
        "created": created,
        "customer": customer,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }
