"""The customers' pages, and how operators edit what they show."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from billing.models import Offer, Price
from billing.money import format_money
from proposals.models import Opportunity
from tests.factories import create_user
from tests.factories.browsers import log_in

ADMIN = "/admin/billing/offer/"


def _offer(slug: str = "calendar", *, published: bool = True, amount: int = 1900, currency: str = "EUR") -> Offer:
    opportunity, _ = Opportunity.objects.get_or_create(name="Seed Shop")
    offer = Offer.objects.create(
        opportunity=opportunity, slug=slug, name=f"The {slug}", summary="What to sow when.", is_published=published
    )
    Price.objects.create(offer=offer, amount=amount, currency=currency)
    return offer


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (1900, "EUR", "€19.00"),
        (5, "USD", "$0.05"),
        (0, "EUR", "€0.00"),
        (1900, "JPY", "¥1,900"),
        (1900, "BHD", "BHD\xa01.900"),
        (123456789, "EUR", "€1,234,567.89"),
    ],
)
def test_format_money_knows_each_currencys_digits(amount: int, currency: str, shown: str) -> None:
    assert format_money(amount, currency) == shown


@pytest.mark.django_db
def test_offers_page_without_offers_says_so() -> None:
    answer = Client().get("/offers/")

    assert answer.status_code == 200
    assert b"Nothing is on offer at the moment." in answer.content


@pytest.mark.django_db
def test_offers_page_shows_published_offers_with_their_active_prices() -> None:
    offer = _offer()
    Price.objects.create(offer=offer, amount=99999, currency="USD", is_active=False)
    _offer("secret", published=False)

    page = Client().get("/offers/").content.decode()

    assert "The calendar" in page
    assert "€19.00" in page
    assert "999" not in page
    assert "secret" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(("slug", "published", "status"), [("calendar", True, 200), ("calendar", False, 404)])
def test_offer_page_is_there_while_the_offer_is_on_sale(slug: str, published: bool, status: int) -> None:
    _offer(slug, published=published)

    assert Client().get(f"/offers/{slug}/").status_code == status


@pytest.mark.django_db
def test_offer_page_escapes_what_operators_wrote() -> None:
    offer = _offer()
    Offer.objects.filter(pk=offer.pk).update(description="<script>alert(1)</script>\n\nSecond.")

    page = Client().get("/offers/calendar/").content.decode()

    assert "<script>alert" not in page
    assert "<p>Second.</p>" in page


@pytest.mark.django_db
def test_offers_page_takes_as_many_queries_for_many_offers(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(20):
        _offer(f"offer-{number}")

    with django_assert_num_queries(3):  # offers, prices, and the log of what was shown
        Client().get("/offers/")


@pytest.mark.django_db
def test_offers_page_takes_no_posts() -> None:
    assert Client().post("/offers/").status_code == 405


def _form(offer: Offer, **price: object) -> dict[str, object]:
    mine = {f"prices-0-{name}": value for name, value in price.items()}
    return {
        "opportunity": offer.opportunity_id,
        "slug": offer.slug,
        "name": "Renamed",
        "summary": offer.summary,
        "position": 1,
        "prices-TOTAL_FORMS": 1,
        "prices-INITIAL_FORMS": 1,
        "prices-0-id": offer.prices.get().pk,
        "prices-0-offer": offer.pk,
        **mine,
    }


@pytest.mark.django_db
def test_offer_admin_lets_operators_edit_offers_and_prices() -> None:
    offer = _offer()

    answer = log_in().post(f"{ADMIN}{offer.pk}/change/", _form(offer, amount=2500, currency="usd", is_active="on"))

    assert answer.status_code == 302
    offer.refresh_from_db()
    assert (offer.name, str(offer.prices.get())) == ("Renamed", "2500 USD")


@pytest.mark.django_db
@pytest.mark.parametrize("price", [{"amount": -1, "currency": "EUR"}, {"amount": 1, "currency": "XYZ"}])
def test_offer_admin_refuses_prices_that_make_no_sense(price: dict[str, object]) -> None:
    offer = _offer()

    answer = log_in().post(f"{ADMIN}{offer.pk}/change/", _form(offer, **price))

    assert answer.status_code == 200
    assert str(offer.prices.get()) == "1900 EUR"


@pytest.mark.django_db
def test_offer_admin_of_a_viewer_only_shows() -> None:
    offer, client = _offer(), log_in(create_user(groups=["Viewers"]))

    shown = [client.get(url).status_code for url in (ADMIN, f"{ADMIN}{offer.pk}/change/")]
    posted = client.post(f"{ADMIN}{offer.pk}/change/", _form(offer, amount=1, currency="EUR"))

    assert shown == [200, 200]
    assert posted.status_code == 403
    offer.refresh_from_db()
    assert offer.name == "The calendar"


@pytest.mark.django_db
def test_offer_admin_never_deletes() -> None:
    offer = _offer()

    assert log_in().post(f"{ADMIN}{offer.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Offer.objects.filter(pk=offer.pk).exists()
