"""A customer's order, behind its unguessable address. No page here changes an order: only Stripe's word does."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.models import Order, Refund
from billing.services import CheckoutRefused, open_checkout
from billing.stripe_gateway import StripeRefused, StripeUnavailable
from billing.views.pages import private_page

_POLL_SECONDS = 2
_MOST_POLLS = 30
logger = logging.getLogger(__name__)


def order_urls(request: HttpRequest, order: Order) -> dict[str, str]:
    """Where Stripe sends the customer back to."""
    cancelled = reverse("orders:cancelled", args=[order.token])
    return {
        "success_url": request.build_absolute_uri(f"{order.get_absolute_url()}?wait=1"),
        "cancel_url": request.build_absolute_uri(cancelled),
    }


@require_safe
@private_page
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Where the order stands. Back from paying, the page asks again every two seconds until Stripe has told us."""
    order = _order(token)
    polls = _polls(request)
    is_waiting = bool(polls) and order.status == Order.Status.PENDING
    response = render(request, "billing/order.html", {"order": order, "is_waiting": is_waiting, "polls": polls})
    if is_waiting and polls < _MOST_POLLS:  # a header: it needs no script, and a page may be read in peace after it
        response["Refresh"] = f"{_POLL_SECONDS}; url={order.get_absolute_url()}?wait={polls + 1}"
    return response


def _polls(request: HttpRequest) -> int:
    given = request.GET.get("wait", "")
    return min(int(given), _MOST_POLLS) if given.isascii() and given.isdigit() and len(given) < 4 else 0


@require_safe
@private_page
def cancelled(request: HttpRequest, token: str) -> HttpResponse:
    """Back from the hosted page without having paid."""
    order = _order(token)
    if order.status != Order.Status.PENDING:
        return redirect(order)
    return render(request, "billing/cancelled.html", {"order": order})


@require_POST
@private_page
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """To the hosted page again."""
    order = _order(token)
    try:
        return redirect(open_checkout(order, **order_urls(request, order)))
    except CheckoutRefused:
        return redirect(order)
    except (StripeUnavailable, StripeRefused) as error:
        logger.warning("no checkout for %s: %s", order, error)
        problem = _("Payment is not available at the moment. Nothing was charged. Try again.")
        return render(request, "billing/cancelled.html", {"order": order, "problem": problem}, status=503)


@require_safe
@private_page
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """What was paid, to print. Orders that were not paid have none."""
    order = _order(token)
    if not order.is_settled:
        return redirect(order)
    refunds = order.refunds.filter(status=Refund.Status.SUCCEEDED).order_by("created_at")
    return render(request, "billing/receipt.html", {"order": order, "refunds": refunds})


def _order(token: str) -> Order:
    return get_object_or_404(Order.objects.select_related("customer"), token=token)
