"""A customer's order, behind its unguessable address. No page here changes an order: only Stripe's word does."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.models import Order
from billing.receipt_pdf import PdfUnavailable, receipt_context, receipt_name, render_receipt
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
    """Where the order stands. Back from paying, the page asks again every two seconds until Stripe has told us.

    With a script a part of the page changes; without one the page is loaded again.
    """
    order = _order(token)
    polls = _polls(request)
    is_waiting = bool(polls) and order.status == Order.Status.PENDING
    context = {
        "order": order,
        "is_waiting": is_waiting,
        "next_poll": polls + 1 if is_waiting and polls < _MOST_POLLS else None,  # a page may be read in peace after it
        "poll_seconds": _POLL_SECONDS,
    }
    return render(request, "billing/order.html", context)


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
    return render(request, "billing/receipt.html", receipt_context(order))


@require_safe
@private_page
def receipt_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The same as a file; where none can be made, the page says so and can be printed."""
    order = _order(token)
    if not order.is_settled:
        return redirect(order)
    try:
        document = render_receipt(order)
    except PdfUnavailable as error:
        logger.warning("no PDF for %s: %s", order, error)
        problem = _("The PDF cannot be made at the moment. You can print this page instead.")
        return render(request, "billing/receipt.html", receipt_context(order) | {"problem": problem}, status=503)
    headers = {"Content-Disposition": f'inline; filename="{receipt_name(order)}"'}
    return HttpResponse(document, content_type="application/pdf", headers=headers)


def _order(token: str) -> Order:
    return get_object_or_404(Order.objects.select_related("customer"), token=token)
