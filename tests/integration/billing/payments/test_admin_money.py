"""Revenue, the ledger and the reconciliation as operators see them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from billing.models import DailyRevenue, LedgerEntry, Offer, Reconciliation, RevenueProjection
from billing.services import reconcile
from proposals.models import Opportunity
from proposals.states import Status
from tests.factories import create_proposal, create_user
from tests.factories.browsers import log_in
from tests.factories.ledgers import create_entry, create_order
from tests.factories.offers import create_offer
from tests.factories.shop import Shop, work

pytestmark = pytest.mark.django_db
REVENUE, LEDGER, RUNS = "/admin/billing/dailyrevenue/", "/admin/billing/ledgerentry/", "/admin/billing/reconciliation/"
MARCH = {"since": "2026-03-01", "until": "2026-03-31"}
_CELL = re.compile(r'<a href="([^"]+)">([^<]+)</a>')
_SUM = re.compile(r"<strong>[A-Z]{3}</strong>.*?gross <strong>(.*?)</strong>.*?net <strong>(.*?)</strong>")


@pytest.fixture
def money(offer: Offer) -> Offer:
    """Three currencies, two offers, two opportunities, all kinds, around midnight UTC."""
    order = create_order(offer)
    create_entry(order, 1900, 85, at="2026-03-01T00:00:00")
    create_entry(order, -500, kind="refund", at="2026-03-01T23:59:59")
    create_entry(order, 1900, 85, at="2026-03-02T00:00:00")
    create_entry(order, -1900, 2000, kind="dispute", at="2026-03-31T23:59:59")
    create_entry(order, 999_999, at="2026-04-01T00:00:00")
    yen = create_order(create_offer("fan", currency="JPY", amount=1900, opportunity="Fans & co"))
    create_entry(yen, 1900, 55, at="2026-03-02T08:00:00")
    create_entry(
        create_order(create_offer("oud", currency="KWD", amount=12_340)), 12_340, 388, at="2026-03-02T09:00:00"
    )
    return offer


def _table(page: str) -> list[tuple[str, str]]:
    """Links and texts of all figures of the revenue page."""
    return [(unescape(link), unescape(text)) for link, text in _CELL.findall(page) if "ledgerentry" in link]


def test_revenue_page_says_each_currency_by_itself(money: Offer) -> None:
    page = log_in().get(REVENUE, MARCH).content.decode()
    texts = [text for _, text in _table(page)]

    for told in (
        "€38.00",
        "-€5.00",
        "-€19.00",
        "€21.70",
        "-€7.70",
        "¥1,900",
        "¥1,845",
        "KWD\xa012.340",
        "KWD\xa011.952",
    ):
        assert told in texts, told
    assert "999" not in page
    assert page.count("<svg") == 3


@pytest.mark.parametrize("by", ["day", "month", "offer", "opportunity"])
def test_every_figure_of_the_revenue_page_leads_to_entries_of_that_sum(money: Offer, by: str) -> None:
    client = log_in()
    figures = _table(client.get(REVENUE, MARCH | {"by": by}).content.decode())
    grosses = [(link, text) for link, text in figures if "part=gross" in link]

    for link, text in grosses:
        sums = _SUM.findall(client.get(link).content.decode())
        assert [unescape(gross) for gross, _ in sums] in ([text], []), link
        assert sums or text in {"€0.00", "¥0", "KWD\xa00.000"}
    assert len(grosses) == {"day": 8, "month": 6, "offer": 6, "opportunity": 6}[by]


def test_revenue_page_filters_by_currency_offer_and_opportunity(money: Offer) -> None:
    client = log_in()
    fans = Opportunity.objects.get(name="Fans & co")

    by_currency = client.get(REVENUE, MARCH | {"currency": "KWD", "by": "offer"}).context["rows"]
    by_offer = client.get(REVENUE, MARCH | {"offer": money.pk, "by": "offer"}).context["rows"]
    by_opportunity = client.get(REVENUE, MARCH | {"opportunity": fans.pk, "by": "opportunity"}).context["rows"]

    assert [row["label"] for row in by_currency] == ["The oud"]
    assert [row["label"] for row in by_offer] == ["The calendar"]
    assert [(row["label"], row["currency"], row["entries"]) for row in by_opportunity] == [("Fans & co", "JPY", 1)]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"since": "2026-03-02", "until": "2026-03-01"}, "The last day is before the first."),
        ({"since": "2026-01-01", "until": "2026-12-31"}, "By day, up to 100 days are shown."),
        ({"since": "1999-12-31"}, "From 2000 on"),
        ({"since": "soon"}, "Enter a valid date."),
        ({"currency": "XXX"}, "Select a valid choice."),
        ({"offer": "0"}, "Select a valid choice."),
    ],
)
def test_revenue_page_says_what_is_wrong_with_what_was_asked(money: Offer, asked: dict[str, str], shown: str) -> None:
    answer = log_in().get(REVENUE, MARCH | asked)

    assert answer.status_code == 422
    assert shown in answer.content.decode()


def test_revenue_page_without_money_says_so(db: None) -> None:
    assert "No money moved" in log_in().get(REVENUE).content.decode()


def test_revenue_page_takes_few_queries_however_much_there_is(
    money: Offer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = log_in()
    order = create_order(money)
    for day in range(1, 29):
        create_entry(order, 100, at=f"2026-02-{day:02}T10:00:00")

    with django_assert_max_num_queries(16):
        client.get(REVENUE, {"since": "2026-02-01", "until": "2026-03-31", "by": "offer"})


def test_revenue_page_has_nothing_that_a_strict_policy_forbids(money: Offer) -> None:
    page = log_in().get(REVENUE, MARCH).content.decode()
    shown = page[page.index('<h1 class="fs-h1">Revenue') : page.index("Download the days as CSV")]

    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", shown)
    assert '<svg viewBox="0 0 720 120" preserveAspectRatio="none" role="img" aria-label="Net in EUR' in shown


@pytest.mark.parametrize("path", [REVENUE, f"{REVENUE}export/", LEDGER, f"{LEDGER}export/", RUNS])
def test_pages_of_money_are_for_those_who_may_look(db: None, path: str) -> None:
    assert log_in(create_user(groups=("Viewers",))).get(path).status_code == 200
    assert log_in(create_user(groups=())).get(path).status_code == 403


@pytest.mark.parametrize("query", ["since=soon", "until=2026-02-30", "part=all", "currency=%00", "offer__id__exact=x"])
def test_ledger_list_survives_what_no_filter_knows(money: Offer, query: str) -> None:
    answer = log_in().get(f"{LEDGER}?{query}", follow=True)

    assert answer.status_code == 200


def test_ledger_list_takes_few_queries(money: Offer, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client = log_in()

    with django_assert_max_num_queries(18):
        page = client.get(LEDGER, MARCH).content.decode()

    assert "6 entries" not in page
    assert "4 entries" in page


def test_exports_hold_the_same_rows_and_no_formula(money: Offer) -> None:
    Offer.objects.filter(pk=money.pk).update(name='=HYPERLINK("http://x")')
    client = log_in()

    daily = client.get(f"{REVENUE}export/", MARCH).getvalue().decode().splitlines()
    entries = (
        client.get(f"{LEDGER}export/", MARCH | {"part": "gross", "currency": "eur"}).getvalue().decode().splitlines()
    )

    assert daily[0].startswith("day,currency,decimals,offer,opportunity,entries,gross")
    assert '2026-03-01,EUR,2,"\'=HYPERLINK(""http://x"")",Seed Shop,2,1900,-500,0,0,85,1315' in daily
    assert "2026-03-02,JPY,0,The fan,Fans & co,1,1900,0,0,0,55,1845" in daily
    assert len(daily) == 6
    assert [line.split(",")[5] for line in entries[1:]] == ["1900", "1900"]


def test_ledger_and_revenue_cannot_be_written_by_hand(money: Offer) -> None:
    client = log_in(create_user(groups=("Leads",)))
    entry, row = LedgerEntry.objects.all()[0], DailyRevenue.objects.all()[0]

    answers = [
        client.post(f"{LEDGER}add/", {}),
        client.post(f"{LEDGER}{entry.pk}/delete/", {"post": "yes"}),
        client.post(f"{REVENUE}add/", {}),
        client.post(f"{REVENUE}{row.pk}/delete/", {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4


def test_dashboard_shows_the_revenue_of_today_and_the_alarm(quiet_shop: Shop, offer: Offer) -> None:
    quiet_shop.paid(offer)
    quiet_shop.pay(quiet_shop.buy(offer, email="bo@example.com"))
    reconcile(until=timezone.now() + timedelta(seconds=2))

    tiles = {tile.title: tile for tile in log_in().get("/admin/").context["tiles"]}

    assert tiles["Revenue today, net (UTC)"].value == "€18.20"
    assert tiles["Ledger: 1 transaction differs from Stripe"].value == "€18.20"


def _drifted(shop: Shop, offer: Offer) -> Reconciliation:
    shop.pay(shop.buy(offer))
    return reconcile(until=timezone.now() + timedelta(seconds=2))


def test_reconciliation_page_repairs_after_a_confirmation(quiet_shop: Shop, offer: Offer) -> None:
    run = _drifted(quiet_shop, offer)
    client, url = log_in(), f"{RUNS}{run.pk}/change/"

    shown = client.get(url).content.decode()
    asked = client.post(url)
    before = LedgerEntry.objects.count()
    done = client.post(url, {"confirmed": "yes"})
    work()

    assert ("Missing here" in shown, asked.status_code, before, done.status_code) == (True, 200, 0, 302)
    assert "Fetch 1 payment from Stripe again?" in asked.content.decode()
    assert LedgerEntry.objects.count() == 1
    assert "Booked." in client.get(url).content.decode()


def test_reconciliation_pages_do_nothing_for_others_by_direct_post(quiet_shop: Shop, offer: Offer) -> None:
    run = _drifted(quiet_shop, offer)
    work()
    client = log_in(create_user(groups=("Viewers",)))

    client.post(f"{RUNS}{run.pk}/change/", {"confirmed": "yes"})
    client.post(f"{RUNS}start/", {"days": "3"})

    assert work() == 0
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize(("days", "runs"), [("3", 1), ("0", 0), ("401", 0), ("x", 0), ("", 0)])
def test_reconciliation_list_starts_a_comparison(quiet_shop: Shop, days: str, runs: int) -> None:
    answer = log_in().post(f"{RUNS}start/", {"days": days}, follow=True)
    work()

    assert answer.status_code == 200
    assert Reconciliation.objects.filter(status="agreed").count() == runs


def test_reconciliation_list_shows_runs_and_what_is_open(quiet_shop: Shop, offer: Offer) -> None:
    _drifted(quiet_shop, offer)

    page = log_in().get(RUNS).content.decode()

    assert "1 transaction differs from Stripe." in page
    assert "Drift: €18.20." in page


def _opportunity_url() -> str:
    return f"/admin/proposals/opportunity/{Opportunity.objects.get(name='Seed Shop').pk}/change/"


def test_opportunity_page_shows_actual_revenue_around_changes(money: Offer) -> None:
    proposal = create_proposal(Status.EXECUTED)
    type(proposal).objects.filter(pk=proposal.pk).update(opportunity=Opportunity.objects.get(name="Seed Shop"))
    now = datetime.now(UTC)
    create_entry(create_order(money), 1234, at=now - timedelta(days=2))
    create_entry(create_order(money), 4321, at=now)

    page = unescape(log_in().get(_opportunity_url()).content.decode())
    before, after = re.findall(r"(?:before|after) <a [^>]*>(€[^<]*)</a>", page)

    assert (before, after) == ("€12.34", "€43.21")
    assert proposal.title in page


def test_opportunity_page_keeps_projected_and_actual_apart(money: Offer) -> None:
    client = log_in(create_user(groups=("Leads",)))
    opportunity = Opportunity.objects.get(name="Seed Shop")
    days = {"since": "2026-03-01", "until": "2026-03-02"}
    form = days | {"opportunity": opportunity.pk, "amount": 500_000, "currency": "eur", "reason": "Last spring."}

    added = client.post("/admin/billing/revenueprojection/add/", form)
    page = unescape(client.get(_opportunity_url()).content.decode())
    actual = page[page.index("Actual revenue") : page.index("Projected revenue")]

    assert added.status_code == 302
    assert "€5,000.00" in page
    assert "€5,000.00" not in actual
    assert re.search(r'data-label="Actual net"><div><a [^>]*>€31\.30</a>', page)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"until": "2026-02-28"}, "The last day is before the first."),
        ({"currency": "EUX"}, "EUX is no ISO 4217 currency."),
        ({"reason": ""}, "This field is required."),
    ],
)
def test_projection_form_refuses(money: Offer, said: dict[str, Any], shown: str) -> None:
    opportunity = Opportunity.objects.get(name="Seed Shop")
    form = {"opportunity": opportunity.pk, "amount": 1, "currency": "EUR", "since": "2026-03-01", "until": "2026-03-01"}

    answer = log_in(create_user(groups=("Leads",))).post(
        "/admin/billing/revenueprojection/add/", form | {"reason": "A guess."} | said
    )

    assert shown in answer.content.decode()
    assert not RevenueProjection.objects.exists()


def test_projection_is_added_by_leads_and_changed_by_nobody(money: Offer) -> None:
    lead = create_user(groups=("Leads",))
    kept = RevenueProjection.objects.create(
        opportunity=money.opportunity, amount=1, currency="EUR", since=date(2026, 3, 1), until=date(2026, 3, 1),
        reason="A guess.", by=lead,
    )  # fmt: skip
    url = "/admin/billing/revenueprojection/"

    assert log_in().post(f"{url}add/", {}).status_code == 403
    assert log_in(lead).post(f"{url}{kept.pk}/change/", {"amount": 2}).status_code == 403
    assert log_in(lead).post(f"{url}{kept.pk}/delete/", {"post": "yes"}).status_code == 403


def test_customer_page_lists_orders(quiet_shop: Shop, offer: Offer) -> None:
    order = quiet_shop.paid(offer)

    page = log_in().get(f"/admin/billing/customer/{order.customer_id}/change/").content.decode()

    assert f'/admin/billing/order/{order.pk}/change/">' in page
    assert f"{order.short_reference}</a>" in page
    assert ">Paid</span> €19.00" in page
