import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.sandbox.money import discount_of, processing_fee, readable, spread


@pytest.mark.parametrize(
    ("amount", "currency", "fee"),
    [
        (10000, "usd", 320),
        (10000, "eur", 315),
        (1000, "jpy", 29),
        (50, "usd", 31),
        (1017, "gbp", 49),
        (5000, "sek", 175),
    ],
)
def test_processing_fee_is_a_rate_and_a_fixed_part(amount: int, currency: str, fee: int) -> None:
    assert processing_fee(amount, currency) == fee


@pytest.mark.parametrize(
    ("subtotal", "percent", "off", "discount"),
    [
        (999, 10, None, 100),
        (1000, 25.5, None, 255),
        (1000, 100, None, 1000),
        (1000, None, 300, 300),
        (200, None, 300, 200),
    ],
)
def test_discount_of_is_rounded_and_at_most_everything(
    subtotal: int, percent: float | None, off: int | None, discount: int
) -> None:
    assert discount_of(subtotal, {"percent_off": percent, "amount_off": off}) == discount


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20), st.data())
def test_spread_gives_all_and_nobody_more_than_their_weight(weights: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(weights)))

    shares = spread(total, weights)

    assert sum(shares) == total
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(123456, "eur", "1,234.56 EUR"), (500, "jpy", "500 JPY"), (1234, "kwd", "1.234 KWD"), (-5, "usd", "-0.05 USD")],
)
def test_readable_knows_the_currency_s_places(amount: int, currency: str, text: str) -> None:
    assert readable(amount, currency) == text
