"""Everything that is kept about one customer, as JSON: what a person may ask for (GDPR, articles 15 and 20)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from billing.models import Customer, Exposure, Order, WebhookDelivery
from billing.stripe_gateway import Json

FORMAT = "fsarsite customer export 1"
_LEFT_OUT = frozenset({"email_index", "token", "by", "requested_by"})  # keys of ours, and our people


def dossier_of(customer: Customer) -> Json:
    """The customer with all orders and all that hangs on them.

    Rows of any table that points at an order or a customer are in it, so that a new table cannot be forgotten.
    """
    orders = customer.orders.order_by("created_at").select_related("opportunity")
    return {
        "format": FORMAT,
        "made_at": timezone.now(),
        "customer": _row(customer) | _pointing_at(customer, without="orders"),
        "orders": [_order(each) for each in orders],
        "elsewhere": f"Stripe keeps payments and cards under {customer.stripe_id}." if customer.stripe_id else "",
    }


def _order(order: Order) -> Json:
    told = WebhookDelivery.objects.filter(order_reference=str(order.reference)).order_by("received_at")
    mails = order.events.filter(kind="receipt").order_by("at")
    return {
        **_row(order),
        "opportunity": order.opportunity.name,
        "page": settings.SITE_ORIGIN + order.get_absolute_url(),
        **_pointing_at(order),
        "exposures": _exposures(order),
        "mails": list(mails.values("at", "note")),
        "told_by_stripe": list(told.values("event_id", "event_type", "received_at")),
    }


def _exposures(order: Order) -> list[Json]:
    """What was shown before the order; other showings are not tied to anybody."""
    came_from = (order.order_details.get("experiment") or {}).get("exposure")
    return [_row(each) for each in Exposure.objects.filter(pk=came_from or 0)]


def _pointing_at(thing: models.Model, *, without: str = "") -> Json:
    found: Json = {}
    for relation in thing._meta.related_objects:  # noqa: SLF001 - Django documents it
        name = str(relation.get_accessor_name())
        if name != without:
            found[name] = [_row(each) for each in getattr(thing, name).order_by("pk")]
    return found


def _row(thing: models.Model) -> dict[str, Any]:
    """A row's own fields, without its links to other rows."""
    return {
        each.name: each.value_from_object(thing)
        for each in thing._meta.concrete_fields  # noqa: SLF001
        if not each.is_relation and each.name not in _LEFT_OUT
    }
