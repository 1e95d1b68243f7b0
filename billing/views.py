"""What customers see: the offers and their prices."""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from billing.models import Offer, Price

_PRICES = Prefetch("prices", Price.objects.filter(is_active=True).order_by("currency"), to_attr="active_prices")


@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """Everything on sale."""
    return render(request, "billing/offers.html", {"offers": Offer.objects.on_sale().prefetch_related(_PRICES)})


@require_safe
def offer(request: HttpRequest, slug: str) -> HttpResponse:
    """One offer; 404 for what is not on sale."""
    found = get_object_or_404(Offer.objects.on_sale().prefetch_related(_PRICES), slug=slug)
    return render(request, "billing/offer.html", {"offer": found})
