"""Sample offers of our own, for a first look and for demonstrations."""

from __future__ import annotations

from django.db import transaction

from billing.models import Offer, Price
from proposals.models import Opportunity

_OFFERS = (
    {
        "slug": "seed-calendar",
        "opportunity": "Seed Shop",
        "name": "Seed calendar",
        "summary": "What to sow each week of the year, for your own frost dates.",
        "description": "A printable calendar and a feed for your phone.\n\nTell us the first and the last frost where "
        "you live; the weeks move with them. Corrected every spring by what gardeners report.",
        "prices": {"EUR": 1900, "USD": 2100, "JPY": 3200},
    },
    {
        "slug": "soil-letter",
        "opportunity": "Soil Letter",
        "name": "Soil letter",
        "summary": "One page a month on what your soil needs next.",
        "description": "You send four numbers from a home test. You get one page: what they mean, what to add, what to "
        "leave alone.",
        "prices": {"EUR": 600},
    },
    {
        "slug": "balcony-plan",
        "opportunity": "Balcony Plans",
        "name": "Balcony plan",
        "summary": "A planting plan for the balcony you have, not the one in the magazine.",
        "description": "Measured from three photographs: light by hour, weight per square metre, and twelve plants "
        "that will live there.",
        "prices": {"EUR": 4900, "USD": 5400},
    },
)


@transaction.atomic
def load_offers() -> int:
    """Make the sample offers that do not exist yet, published; return how many were made. Idempotent."""
    return sum(_load(position, dict(given)) for position, given in enumerate(_OFFERS, start=1))


def _load(position: int, given: dict[str, object]) -> bool:
    prices = given.pop("prices")
    opportunity, _ = Opportunity.objects.get_or_create(name=given.pop("opportunity"))
    offer, created = Offer.objects.get_or_create(
        slug=given.pop("slug"),
        defaults={**given, "opportunity": opportunity, "position": position * 10, "is_published": True},
    )
    if created and isinstance(prices, dict):
        Price.objects.bulk_create(
            Price(offer=offer, currency=currency, amount=amount) for currency, amount in prices.items()
        )
    return created
