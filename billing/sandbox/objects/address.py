"""Addresses and who pays."""

from __future__ import annotations

from billing.sandbox.params import Params
from billing.sandbox.shapes import Json

LINES = ("city", "country", "line1", "line2", "postal_code", "state")


def build_address(params: Params | None = None) -> Json:
    """An address; every line is None where none was given."""
    return {line: params.text(line) if params else None for line in LINES}


def build_billing_details(*, email: str | None, name: str | None) -> Json:
    """What is known of the payer."""
    return {"address": build_address(), "email": email, "name": name, "phone": None, "tax_id": None}
