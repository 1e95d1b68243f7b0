"""Amounts in words, as bars and as cells of a spreadsheet."""

from __future__ import annotations

import pytest

from billing.comparison import Difference, Figures, Kept, compare, told
from billing.money import format_money
from billing.revenue.chart import HEIGHT, WIDTH, draw_chart
from billing.revenue.csv_export import csv_lines


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (500, "ISK", "ISK\xa05.00"),  # CLDR has no places for them, Stripe counts in hundredths
        (1999, "RSD", "RSD\xa019.99"),
        (-1900, "JPY", "-¥1,900"),
        (12_345, "KWD", "KWD\xa012.345"),
        (1900, "CLP", "CLP\xa01,900"),
    ],
)
def test_format_money_counts_minor_units_as_stripe_does(amount: int, currency: str, shown: str) -> None:
    assert format_money(amount, currency) == shown


def test_draw_chart_stands_on_the_line_of_nothing() -> None:
    chart = draw_chart("EUR", [("a", 100), ("b", 0), ("c", -50)])
    up, nothing, down = chart.bars

    assert (up.y, up.height, chart.zero) == (0, 80, 80)
    assert (nothing.height, down.y, down.height, down.is_negative) == (0, 80, 40, True)
    assert up.title == "a: €1.00"
    assert down.y + down.height == HEIGHT
    assert down.x + down.width < WIDTH


def test_draw_chart_of_nothing_is_flat() -> None:
    assert [bar.height for bar in draw_chart("EUR", [("a", 0)]).bars] == [0]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_csv_lines_disarm_what_a_spreadsheet_would_run(text: str) -> None:
    _, line = csv_lines(["a"], [[text]])

    assert line.strip('"').startswith("'")


def test_csv_lines_leave_numbers_and_common_text_alone() -> None:
    assert list(csv_lines(["a", "b"], [[-5, 'a "b", c']])) == ["a,b\r\n", '-5,"a ""b"", c"\r\n']


def _told(**changes: object) -> dict[str, object]:
    return {
        "id": "txn_1", "amount": 1900, "fee": 85, "net": 1815, "currency": "eur", "created": 1_770_000_000,
        "type": "charge", "reporting_category": "charge", "source": "ch_1",
    } | changes  # fmt: skip


def _kept(**changes: object) -> Kept:
    figures = {"kind": "payment", "gross": 1900, "fee": 85, "net": 1815, "currency": "EUR"} | changes
    return Kept(Figures(**figures), told(_told()).occurred_at, 1)  # type: ignore[arg-type]


def _differences(here: Kept | None, there: dict[str, object] | None) -> list[Difference]:
    return list(compare({"txn_1": here} if here else {}, {"txn_1": told(there)} if there else {}))


def test_compare_of_the_same_finds_nothing() -> None:
    assert _differences(_kept(), _told()) == []


@pytest.mark.parametrize(
    ("here", "there", "problem", "currency", "drift"),
    [
        (None, _told(), "missing_here", "EUR", 1815),
        (_kept(), None, "missing_there", "EUR", -1815),
        (_kept(), _told(amount=1901, net=1816), "differs", "EUR", 1),
        (_kept(), _told(fee=84, net=1816), "differs", "EUR", 1),
        (_kept(), _told(currency="usd"), "differs", "USD", 1815),
        (_kept(), _told(reporting_category="refund"), "differs", "EUR", 0),
        (_kept(), _told(reporting_category="payout"), "differs", "EUR", 0),
    ],
)
def test_compare_names_the_problem_and_the_drift(
    here: Kept | None, there: dict[str, object] | None, problem: str, currency: str, drift: int
) -> None:
    (found,) = _differences(here, there)

    assert (found.problem, found.currency, found.drift) == (problem, currency, drift)
