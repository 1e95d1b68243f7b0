"""Something to sell."""

from __future__ import annotations

from billing.models import Offer, Price
from proposals.models import Opportunity


def create_offer(
    slug: str = "calendar", *, amount: int = 1900, currency: str = "EUR", opportunity: str = "Seed Shop"
) -> Offer:
    """A published offer with one price, in minor units."""
    owner, _ = Opportunity.objects.get_or_create(name=opportunity)
    offer = Offer.objects.create(
        opportunity=owner, slug=slug, name=f"The {slug}", summary="What to sow when.", is_published=True
    )
    Price.objects.create(offer=offer, amount=amount, currency=currency)
    return offer
