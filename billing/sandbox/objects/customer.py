"""Customers."""

from __future__ import annotations

from billing.sandbox.shapes import Json


def build_customer(*, key: str, created: int, **fields: object) -> Json:
    """A customer; `fields` are any of email, name, phone, address, shipping, metadata and the like."""
    return {
        "id": key,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": created,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": key[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
        **fields,
    }


def build_deleted(thing: Json) -> Json:
    """What is left of a deleted object of any kind."""
    return {"id": thing["id"], "object": thing["object"], "deleted": True}
