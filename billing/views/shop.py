"""The offers, and buying one."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from billing.forms import BuyForm, new_basket
from billing.models import Exposure, Offer, Order, Price
from billing.services import CheckoutRefused, Showing, open_checkout, place_order, record_exposures
from billing.stripe_gateway import StripeRefused, StripeUnavailable
from billing.views.orders import order_urls
from billing.views.pages import customer_page

_PRICES = Prefetch("prices", Price.objects.filter(is_active=True).order_by("currency"), to_attr="active_prices")
logger = logging.getLogger(__name__)


@require_safe
@customer_page
def offers(request: HttpRequest) -> HttpResponse:
    """Everything on sale."""
    shown = list(Offer.objects.on_sale().prefetch_related(_PRICES))
    if request.method == "GET":
        language = get_language()
        record_exposures(
            [
                Showing(each, {"page": "list", "position": position, "language": language})
                for position, each in enumerate(shown, start=1)
            ]
        )
    return render(request, "billing/offers.html", {"offers": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def offer(request: HttpRequest, slug: str) -> HttpResponse:
    """One offer with its form; 404 for what is not on sale."""
    found = get_object_or_404(Offer.objects.on_sale().prefetch_related(_PRICES), slug=slug)
    is_open = settings.STRIPE.is_open
    if request.method == "POST" and is_open:
        return _buy(request, found)
    form = None
    if request.method == "GET":
        shown = _show(found)
        form = BuyForm(found, initial={"basket_id": new_basket(shown)}) if is_open else None
    return render(request, "billing/offer.html", {"offer": found, "form": form})


def _show(offer: Offer) -> Exposure:
    return record_exposures([Showing(offer, {"page": "offer", "position": 1, "language": get_language()})])[0]


def _buy(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Place the order and lead on to the hosted page; every mistake keeps what was typed."""
    typed = request.POST.copy()
    form = BuyForm(offer, typed)
    if form.has_error("basket_id"):
        typed["basket_id"] = new_basket(_show(offer))
    if form.has_error("price"):
        typed["price"] = str(offer.active_prices[0].pk)  # type: ignore[attr-defined]  # of the prefetch
    if form.is_valid():
        order = place_order(form.basket())
        if order.status != Order.Status.PENDING:  # sent again with the browser's "back"
            return redirect(order)
        try:
            return redirect(open_checkout(order, **order_urls(request, order)))
        except StripeUnavailable as error:
            logger.warning("no checkout for %s: %s", order, error)
            form.add_error(None, _("Payment is not available at the moment. Nothing was charged. Try again."))
        except StripeRefused as error:
            logger.warning("no checkout for %s: %s", order, error)
            form.add_error(None, _("This cannot be paid at the moment. Nothing was charged."))
        except CheckoutRefused as error:
            form.add_error("coupon", str(error))
    return render(request, "billing/offer.html", {"offer": offer, "form": form}, status=422)
