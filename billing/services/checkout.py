"""From an offer to Stripe's hosted page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from billing import stripe_gateway
from billing.models import Customer, Exposure, Order, OrderEvent, Price
from billing.services.customers import ensure_customer, ensure_stripe_customer
from billing.states import OrderStatus
from billing.stripe_gateway import CheckoutLine, CheckoutPage


class CheckoutRefused(Exception):
    """Why this order cannot be paid, in words for the customer."""


@dataclass(frozen=True, slots=True)
class Basket:
    """What somebody is about to buy. `form_id` is the form's own: sending it twice is one order.

    `shown_name` is what the offer was called where it differs; `language` is that of the page, for the receipt.
    """

    form_id: uuid.UUID
    price: Price
    name: str
    email: str
    coupon: str = ""
    exposure: Exposure | None = None
    shown_name: str = ""
    language: str = ""

    @property
    def reference(self) -> uuid.UUID:
        """The order's name: the same form with the same words is the same order, with others another."""
        said = "\n".join([str(self.price.pk), self.email.strip().casefold(), self.name.strip(), self.coupon])
        return uuid.uuid5(self.form_id, said)


def check_coupon(code: str) -> bool:
    """Whether Stripe knows the code and it is active. Raises the gateway's errors."""
    return stripe_gateway.find_promotion_code(code) is not None


@transaction.atomic
def place_order(basket: Basket) -> Order:
    """Record the order, once. Idempotent by the basket's reference."""
    customer = ensure_customer(email=basket.email, name=basket.name)
    offer, price = basket.price.offer, basket.price
    order, is_new = Order.objects.get_or_create(
        reference=basket.reference,
        defaults={
            "customer": customer,
            "opportunity_id": offer.opportunity_id,
            "order_details": _details(basket),
            "currency": price.currency,
            "amount_subtotal": price.amount,
            "amount_total": price.amount,
        },
    )
    if is_new:
        OrderEvent.objects.create(order=order, kind=OrderEvent.Kind.CREATED, note=f"{offer.name}, {price}")
    return order


def _details(basket: Basket) -> dict[str, Any]:
    offer, price = basket.price.offer, basket.price
    return {
        "offer": {"id": offer.pk, "slug": offer.slug, "name": basket.shown_name or offer.name},
        "price": {"id": price.pk, "amount": price.amount, "currency": price.currency},
        "coupon": basket.coupon,
        "language": basket.language,
        "experiment": _experiment(basket.exposure) if basket.exposure else None,
    }


def _experiment(shown: Exposure) -> dict[str, Any]:
    seen = {
        "exposure": shown.pk,
        "variant": shown.variant,
        "propensity": shown.propensity,
        "policy_version": shown.policy_version,
    }
    return seen | {"experiment": shown.arm.experiment.slug} if shown.arm else seen


def open_checkout(order: Order, *, success_url: str, cancel_url: str) -> str:
    """The address of the hosted page of an order, the same every time. Not inside a transaction.

    Raises CheckoutRefused for an order that is no longer to be paid, and StripeUnavailable or StripeRefused.
    """
    if order.status != OrderStatus.PENDING:
        raise CheckoutRefused(_("This order is not waiting for payment any more."))
    if order.checkout_url:
        return order.checkout_url
    coupon = order.order_details.get("coupon") or ""
    code = stripe_gateway.find_promotion_code(coupon) if coupon else None
    if coupon and code is None:
        raise CheckoutRefused(_("The code %(code)s is not valid any more.") % {"code": coupon})
    page = stripe_gateway.create_checkout(
        order=str(order.reference),
        customer=ensure_stripe_customer(Customer.objects.get(pk=order.customer_id)),
        line=CheckoutLine(order.offer_name, order.amount_subtotal, order.currency),
        promotion_code=code,
        success_url=success_url,
        cancel_url=cancel_url,
    )
    _keep_page(order.pk, page)
    return page.url


@transaction.atomic
def _keep_page(order_id: int, page: CheckoutPage) -> None:
    """Remember the page. A webhook may have been faster; what it wrote stays."""
    order = Order.objects.select_for_update().get(pk=order_id)
    if order.checkout_url or order.status != OrderStatus.PENDING:
        return
    order.stripe_session_id, order.checkout_url = page.session_id, page.url
    order.amount_subtotal, order.amount_discount = page.amount_subtotal, page.amount_discount
    order.amount_total = page.amount_total
    order.save(
        update_fields=[
            "stripe_session_id",
            "checkout_url",
            "amount_subtotal",
            "amount_discount",
            "amount_total",
            "updated_at",
        ]
    )
    OrderEvent.objects.create(order=order, kind=OrderEvent.Kind.CHECKOUT, note=f"Stripe session {page.session_id}")
