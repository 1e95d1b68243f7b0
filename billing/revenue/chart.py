"""A bar chart as numbers for an SVG: the server draws it, and the table beside it says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from billing.money import format_money

WIDTH, HEIGHT = 720, 120
_GAP = 0.2  # of a bar's room


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle, in the chart's units."""

    x: float
    y: float
    width: float
    height: float
    title: str
    is_negative: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars of one currency, from the oldest on. `zero` is where the line of nothing runs."""

    currency: str
    first: str
    last: str
    highest: str
    lowest: str
    zero: float
    bars: tuple[Bar, ...]
    width: int = WIDTH
    height: int = HEIGHT


def draw_chart(currency: str, points: Sequence[tuple[str, int]]) -> Chart:
    """A chart of amounts in minor units, each with its label. Raises ValueError without any."""
    if not points:
        raise ValueError("a chart needs a point")
    most = max(0, *(amount for _, amount in points))
    least = min(0, *(amount for _, amount in points))
    unit = HEIGHT / ((most - least) or 1)
    room, zero = WIDTH / len(points), most * unit
    bars = (
        Bar(
            x=round(at * room + room * _GAP / 2, 2),
            y=round(min(zero, zero - amount * unit), 2),
            width=round(room * (1 - _GAP), 2),
            height=round(abs(amount) * unit, 2),
            title=f"{label}: {format_money(amount, currency)}",
            is_negative=amount < 0,
        )
        for at, (label, amount) in enumerate(points)
    )
    return Chart(
        currency=currency,
        first=points[0][0],
        last=points[-1][0],
        highest=format_money(most, currency),
        lowest=format_money(least, currency),
        zero=round(zero, 2),
        bars=tuple(bars),
    )
