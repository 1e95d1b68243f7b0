"""Revenue and the ledger over the API."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from billing.models import Offer
from tests.factories import create_user
from tests.factories.clients import assert_problem, create_client
from tests.factories.ledgers import create_entry, create_order
from tests.factories.offers import create_offer

pytestmark = pytest.mark.django_db
REVENUE, LEDGER = "/api/v1/revenue/", "/api/v1/ledger/"
ALL = (REVENUE, f"{REVENUE}totals/", "/api/v1/revenue.csv", LEDGER, "/api/v1/ledger.csv")


@pytest.fixture
def money(offer: Offer) -> Offer:
    order = create_order(offer)
    for day in (1, 2, 3):
        create_entry(order, 1900, 85, at=f"2026-03-0{day}T23:59:59")
        create_entry(order, -100, kind="refund", at=f"2026-03-0{day}T10:00:00")
    yen = create_order(create_offer("fan", currency="JPY", amount=1900, opportunity="Fans & co"))
    create_entry(yen, 1900, 55, at="2026-03-02T08:00:00")
    return offer


@pytest.fixture
def client(db: None) -> Any:
    return create_client(create_user(groups=("Viewers",)))


def test_revenue_rows_lead_to_the_entries_that_they_are_the_sum_of(client: Any, money: Offer) -> None:
    rows = client.get(REVENUE).json()["results"]

    assert [(row["day"], row["currency"], row["decimals"]) for row in rows] == [
        ("2026-03-03", "EUR", 2), ("2026-03-02", "JPY", 0), ("2026-03-02", "EUR", 2), ("2026-03-01", "EUR", 2),
    ]  # fmt: skip
    for row in rows:
        entries = client.get(row["ledger"]).json()["results"]
        assert len(entries) == row["entries"]
        assert sum(entry["net"] for entry in entries) == row["net"]
        assert sum(entry["fee"] for entry in entries) == row["fees"]


def test_revenue_pages_follow_each_other_without_loss(client: Any, money: Offer) -> None:
    seen, address = [], f"{REVENUE}?page_size=1"
    while address:
        page = client.get(address).json()
        seen += [(row["day"], row["currency"]) for row in page["results"]]
        address = page["next"]

    assert seen == [("2026-03-03", "EUR"), ("2026-03-02", "JPY"), ("2026-03-02", "EUR"), ("2026-03-01", "EUR")]


def test_revenue_totals_are_the_sum_of_the_rows(client: Any, money: Offer) -> None:
    asked = {"since": "2026-03-02", "until": "2026-03-03"}

    totals = client.get(f"{REVENUE}totals/", asked).json()["totals"]

    euro = {"entries": 4, "gross": 3800, "refunds": -200, "disputes": 0, "other": 0, "fees": 170, "net": 3430}
    yen = {"entries": 1, "gross": 1900, "refunds": 0, "disputes": 0, "other": 0, "fees": 55, "net": 1845}
    assert totals == [{"currency": "EUR", "decimals": 2} | euro, {"currency": "JPY", "decimals": 0} | yen]


@pytest.mark.parametrize(
    ("asked", "entries"),
    [
        ({"part": "refunds"}, 3),
        ({"part": "gross", "currency": "EUR"}, 3),
        ({"offer": "fan"}, 1),
        ({"opportunity": "Fans & co"}, 1),
        ({"since": "2026-03-02", "until": "2026-03-02"}, 3),
        ({"until": "2026-02-28"}, 0),
        ({"until": "9999-12-31"}, 7),
    ],
)
def test_ledger_filters(client: Any, money: Offer, asked: dict[str, str], entries: int) -> None:
    assert len(client.get(LEDGER, asked).json()["results"]) == entries


def test_csv_holds_the_rows_of_the_list(client: Any, money: Offer) -> None:
    daily = client.get("/api/v1/revenue.csv", {"currency": "JPY"})
    entries = client.get("/api/v1/ledger.csv", {"part": "refunds"})

    assert daily["Content-Type"] == "text/csv; charset=utf-8"
    assert daily.getvalue().decode().splitlines()[1:] == ["2026-03-02,JPY,0,The fan,Fans & co,1,1900,0,0,0,55,1845"]
    assert [line.split(",")[5] for line in entries.getvalue().decode().splitlines()[1:]] == ["-100"] * 3


@pytest.mark.parametrize("address", ALL)
def test_money_is_for_accounts_with_the_right(money: Offer, address: str) -> None:
    assert_problem(create_client(None).get(address), 401, "unauthenticated")
    refused = assert_problem(create_client(create_user(groups=())).get(address), 403, "forbidden")

    assert "billing.view_" in refused["detail"]


@pytest.mark.parametrize("address", ALL)
@pytest.mark.parametrize(
    ("asked", "parameter"), [("since=soon", "since"), ("until=01.02.2026", "until"), ("curency=EUR", "curency")]
)
def test_money_refuses_what_it_does_not_understand(client: Any, address: str, asked: str, parameter: str) -> None:
    problem = assert_problem(client.get(f"{address}?{asked}"), 400, "request-invalid")

    assert problem["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize("cursor", ["x", "cD0xMjM%3D", "cD0yMDI2LTEzLTAx"])
def test_revenue_refuses_a_cursor_that_is_none_of_ours(client: Any, money: Offer, cursor: str) -> None:
    assert_problem(client.get(f"{REVENUE}?cursor={cursor}"), 400, "request-invalid")


def test_whole_answers_refuse_parameters_of_pages(client: Any, money: Offer) -> None:
    assert_problem(client.get(f"{REVENUE}totals/?page_size=5"), 400, "request-invalid")


def test_revenue_list_takes_few_queries(
    client: Any, money: Offer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(6):
        client.get(REVENUE)
