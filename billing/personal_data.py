"""What in Stripe's objects is about a person. It is not kept here: Stripe has it, and no order needs it.

Taken away at the door, so that neither a late delivery nor a replay brings back what was erased.
"""

from __future__ import annotations

from typing import Any

_WHOLE = frozenset({
    "address", "billing_address", "billing_details", "collected_information", "custom_fields", "customer_details",
    "evidence", "owner", "shipping", "shipping_address", "shipping_details", "tax_ids",
})  # fmt: skip
"""Everything below these goes."""

_SINGLE = frozenset({
    "account_holder_name", "account_number", "business_name", "cardholder_name", "client_secret", "customer_email",
    "customer_email_address", "customer_name", "customer_purchase_ip", "dynamic_last4", "email", "exp_month",
    "exp_year", "fingerprint", "iban", "individual_name", "ip", "ip_address", "last4", "payer_email", "payer_name",
    "phone", "receipt_email", "receipt_url", "user_agent", "verified_address", "verified_email", "verified_name",
    "verified_phone",
})  # fmt: skip

_THINGS = frozenset({"coupon", "plan", "price", "product", "promotion_code", "shipping_rate", "tax_rate"})
"""A name of these is not a person's."""


def without_personal_data(told: Any) -> Any:
    """A copy with the same shape, emptied of what is about a person. Pure; doing it again changes nothing.

    The shop's own account is left as it is.
    """
    if isinstance(told, list):
        return [without_personal_data(each) for each in told]
    if not isinstance(told, dict) or told.get("object") == "account":
        return told
    return {key: _kept(told, key, value) for key, value in told.items()}


def _kept(holder: dict[str, Any], key: str, value: Any) -> Any:
    if key in _WHOLE:
        return _emptied(value)
    is_named_person = key == "name" and holder.get("object") not in _THINGS
    is_description = key == "description" and holder.get("object") == "customer"
    if (key in _SINGLE or is_named_person or is_description) and not isinstance(value, dict | list):
        return None
    return without_personal_data(value)


def _emptied(value: Any) -> Any:
    """The shape stays, for code that reads into it."""
    if isinstance(value, dict):
        return {key: _emptied(each) for key, each in value.items()}
    return [] if isinstance(value, list) else None
