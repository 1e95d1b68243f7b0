"""Customers, found by their address."""

from __future__ import annotations

from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from billing import stripe_gateway
from billing.encryption import is_current
from billing.models import Customer
from billing.models.customer import email_index


@transaction.atomic
def ensure_customer(*, email: str, name: str) -> Customer:
    """The customer with this address, made when new; the name is the one given last. Safe against races."""
    customer, is_new = Customer.objects.select_for_update().get_or_create(
        email_index=email_index(email), defaults={"email": email.strip(), "name": name.strip()}
    )
    if not is_new and customer.name != name.strip():
        customer.name = name.strip()
        customer.save(update_fields=["name", "updated_at"])
    return customer


def ensure_stripe_customer(customer: Customer) -> str:
    """Its id at Stripe, made there when it has none. Not inside a transaction. Raises the gateway's errors."""
    if customer.stripe_id:
        return customer.stripe_id
    made = stripe_gateway.create_customer(
        reference=f"{customer.pk}-{int(customer.updated_at.timestamp() * 1000)}",  # another name is another request
        email=customer.email,
        name=customer.name,
    )
    Customer.objects.filter(pk=customer.pk, stripe_id=None).update(stripe_id=made)
    return made


def count_outdated() -> int:
    """How many customers still need an older key."""
    stored = [Cast(name, TextField()) for name in ("name", "email")]
    rows = Customer.objects.annotate(kept_name=stored[0], kept_email=stored[1]).values_list("kept_name", "kept_email")
    return sum(not all(is_current(value) for value in row) for row in rows.iterator())


def reencrypt_customers() -> int:
    """Write every customer again under the newest key; return how many. Idempotent. Raises UnreadableData.

    One short lock per row, so that the shop goes on meanwhile; what was written before an error stays written.
    """
    keys = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    for key in keys:
        with transaction.atomic():
            customer = Customer.objects.select_for_update().get(pk=key)
            customer.save(update_fields=["name", "email"])
    return len(keys)
