"""Offers over the API."""

from typing import Any

import pytest

from billing.api.views import OFFER
from billing.models import Offer, Price
from proposals.models import Opportunity
from tests.factories import create_user
from tests.factories.clients import assert_problem, create_client

pytestmark = pytest.mark.django_db

OFFERS = "/api/v1/offers/"


def _create_offer(slug: str, *, opportunity: str = "Seed Shop", **fields: Any) -> Offer:
    home, _ = Opportunity.objects.get_or_create(name=opportunity)
    offer = Offer.objects.create(slug=slug, name=slug, summary="Seeds.", opportunity=home, **fields)
    for currency, amount, is_active in (("EUR", 1900, True), ("CHF", 2100, True), ("EUR", 900, False)):
        Price.objects.create(offer=offer, amount=amount, currency=currency, is_active=is_active)
    return offer


def test_offers_show_the_prices_in_force() -> None:
    _create_offer("seed-box")

    rows = create_client(create_user(groups=["Viewers"])).get(OFFERS).json()["results"]

    assert [row.keys() for row in rows] == [OFFER.keys()]
    assert rows[0]["prices"] == [{"amount": 2100, "currency": "CHF"}, {"amount": 1900, "currency": "EUR"}]
    assert rows[0]["opportunity"] == "Seed Shop"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ["tea", "seeds"]),
        ("opportunity=Tea%20House", ["tea"]),
        ("is_published=true", ["seeds"]),
        ("is_published=false", ["tea"]),
        ("page_size=1", ["tea"]),
    ],
)
def test_offers_filter_narrows(query: str, wanted: list[str]) -> None:
    _create_offer("seeds", is_published=True)
    _create_offer("tea", opportunity="Tea House")

    answer = create_client(create_user(groups=["Viewers"])).get(f"{OFFERS}?{query}")

    assert [row["slug"] for row in answer.json()["results"]] == wanted


def test_offers_take_the_same_queries_for_5_and_20_rows(django_assert_num_queries: Any) -> None:
    client = create_client(create_user(groups=["Viewers"]))

    for upto in (5, 20):
        for number in range(Offer.objects.count(), upto):
            _create_offer(f"offer-{number}", opportunity=f"Shop {number}")
        with django_assert_num_queries(6):
            assert len(client.get(f"{OFFERS}?page_size=200").json()["results"]) == upto


def test_offers_are_for_those_who_may_view_them() -> None:
    assert_problem(create_client(None).get(OFFERS), 401, "unauthenticated")
    assert_problem(create_client(create_user(groups=[])).get(OFFERS), 403, "forbidden")
    assert_problem(create_client(create_user()).post(OFFERS), 405, "method-not-allowed")
    assert_problem(create_client(create_user()).get(f"{OFFERS}?slug=x"), 400, "request-invalid")
