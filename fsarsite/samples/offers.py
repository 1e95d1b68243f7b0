"""What the sample shop sells."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from billing.models import Offer, Price
from proposals.models import Opportunity


@dataclass(frozen=True, slots=True)
class _Sample:
    """`amount` is in cents of a euro."""

    slug: str
    name: str
    opportunity: str
    amount: int
    summary: str
    description: str


_OFFERS = (
    _Sample(
        "gift-card",
        "Gift card",
        "Gift cards",
        2500,
        "25 euro for anything in the shop, valid for three years.",
        "The code comes by mail, ready to print. What is left after an order stays on the card.",
    ),
    _Sample(
        "coffee-two-bags",
        "Two bags of coffee",
        "Coffee subscription",
        2690,
        "Two bags of 250 g, roasted this week, shipping included.",
        "One for the week, one for the weekend. Whole beans, unless you write how you brew.",
    ),
    _Sample(
        "repair-check-up",
        "Check-up of your machine",
        "Repair booking",
        1900,
        "We open it, clean it and tell you what a repair would cost.",
        "Bring it during opening hours. The price of the check-up is taken off the repair.",
    ),
    _Sample(
        "wholesale-samples",
        "Sample box for cafés",
        "Wholesale portal",
        4900,
        "Six bags of 100 g with our wholesale prices.",
        "For businesses. The price of the box is taken off the first order of ten bags or more.",
    ),
)


@transaction.atomic
def load_offers() -> int:
    """Publish the sample offers that are missing, each with a price in euro, and return how many. Idempotent."""
    return sum(_ensure_offer(sample, position) for position, sample in enumerate(_OFFERS, start=1))


def _ensure_offer(sample: _Sample, position: int) -> bool:
    opportunity, _ = Opportunity.objects.get_or_create(name=sample.opportunity)
    offer, created = Offer.objects.get_or_create(
        slug=sample.slug,
        defaults={
            "opportunity": opportunity,
            "name": sample.name,
            "summary": sample.summary,
            "description": sample.description,
            "is_published": True,
            "position": position * 10,
        },
    )
    if created:
        Price.objects.create(offer=offer, amount=sample.amount, currency="EUR")
    return created
