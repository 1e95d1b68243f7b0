"""The offers, and buying one."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from billing.experiments.running import Arm, Shown, is_any_running, offers_to_show, show, show_as
from billing.forms import BuyForm, exposure_in, new_basket
from billing.models import Exposure, Offer, Order
from billing.services import CheckoutRefused, Showing, open_checkout, place_order, record_exposures
from billing.states import ExperimentStatus
from billing.stripe_gateway import StripeRefused, StripeUnavailable
from billing.views.orders import order_urls
from billing.views.pages import customer_page
from billing.views.visitors import remember, visitor_of

logger = logging.getLogger(__name__)


@require_safe
@customer_page
def offers(request: HttpRequest) -> HttpResponse:
    """Everything on sale."""
    found, visitor = list(offers_to_show()), visitor_of(request)
    shown = show(found, visitor.key)
    if not visitor.is_machine:
        record_exposures([_showing(each, "list", position) for position, each in enumerate(shown, start=1)])
    response = render(request, "billing/offers.html", {"offers": shown})
    if is_any_running(found):
        remember(visitor, response)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def offer(request: HttpRequest, slug: str) -> HttpResponse:
    """One offer with its form; 404 for what is not on sale."""
    found = get_object_or_404(offers_to_show(), slug=slug)
    is_open = settings.STRIPE.is_open
    if request.method == "POST" and is_open:
        return _buy(request, found)
    visitor = visitor_of(request)
    (shown,) = show([found], visitor.key)
    exposure = None if visitor.is_machine else record_exposures([_showing(shown, "offer", 1)])[0]
    initial = _known(request) | {"basket_id": new_basket(exposure)}
    form = BuyForm(shown, initial=initial) if is_open else None
    response = render(request, "billing/offer.html", {"offer": shown, "form": form})
    if is_any_running([found]):
        remember(visitor, response)
    return response


def _showing(shown: Shown, page: str, position: int) -> Showing:
    context = {"page": page, "position": position, "language": get_language()}
    if shown.arm is None:
        return Showing(shown.offer, context)
    arm = shown.arm
    return Showing(shown.offer, context, arm.variant.key, arm.propensity, arm.policy_version, arm.variant)


def _known(request: HttpRequest) -> dict[str, Any]:
    """Whoever is signed in need not type who it is."""
    user = request.user
    return {"name": user.get_full_name(), "email": user.email} if user.is_authenticated else {}


def _as_it_was(offer: Offer, exposure: Exposure | None) -> Shown:
    """The offer as it was shown, while that experiment runs."""
    if exposure is None or exposure.arm is None or exposure.arm.experiment.status != ExperimentStatus.RUNNING:
        return show_as(offer, None)
    return show_as(offer, Arm(exposure.arm, exposure.propensity, exposure.policy_version))


def _buy(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Place the order and lead on to the hosted page; every mistake keeps what was typed."""
    typed = request.POST.copy()
    exposure = exposure_in(str(typed.get("basket_id", "")), offer)
    shown = _as_it_was(offer, exposure)
    form = BuyForm(shown, typed)
    if form.has_error("basket_id"):
        typed["basket_id"] = new_basket(record_exposures([_showing(shown, "offer", 1)])[0])
    if form.has_error("price"):
        typed["price"] = str(shown.prices[0].pk)
    if form.is_valid():
        order = place_order(form.basket(exposure))
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
    return render(request, "billing/offer.html", {"offer": shown, "form": form}, status=422)
