"""Assignment and what may be said about results: pure."""

from __future__ import annotations

from collections import Counter

import pytest

from billing.experiments.assignment import assign
from billing.experiments.results import ArmResult, verdict_on
from billing.experiments.statistics import wilson_interval

VISITORS = [f"visitor-{number}" for number in range(4000)]


def test_assign_is_the_same_for_a_visitor_and_differs_between_experiments() -> None:
    weights = {"plain": 1, "bold": 1}

    mine = [assign("salt", visitor, weights) for visitor in VISITORS]

    assert mine == [assign("salt", visitor, dict(reversed(weights.items()))) for visitor in VISITORS]
    assert mine != [assign("other", visitor, weights) for visitor in VISITORS]


def test_assign_shows_each_variant_as_often_as_its_propensity_says() -> None:
    found = Counter(assign("salt", visitor, {"a": 7, "b": 2, "c": 1, "off": 0}) for visitor in VISITORS)

    assert set(found) == {("a", 0.7), ("b", 0.2), ("c", 0.1)}
    for (_, propensity), count in found.items():
        assert count / len(VISITORS) == pytest.approx(propensity, abs=0.03)


def test_assign_moves_only_those_it_must_when_weights_change() -> None:
    before = {visitor: assign("salt", visitor, {"a": 1, "b": 1})[0] for visitor in VISITORS}
    after = {visitor: assign("salt", visitor, {"a": 3, "b": 1})[0] for visitor in VISITORS}

    assert all(after[visitor] == "a" for visitor, key in before.items() if key == "a")


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),  # R: prop.test(x, n, correct = FALSE)$conf.int
    [(0, 0, 0, 1), (0, 10, 0, 0.2775), (10, 10, 0.7225, 1), (8, 40, 0.1050, 0.3476), (500, 1000, 0.4691, 0.5309)],
)
def test_wilson_interval_is_the_published_one(hits: int, n: int, low: float, high: float) -> None:
    assert wilson_interval(hits, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("arms", "verdict"),
    [
        ([("a", 19, 19), ("b", 5000, 0)], "No winner: fewer than 20 showings of a."),
        ([("a", 20, 19), ("b", 20, 1)], "a sells best."),
        ([("a", 100, 12), ("b", 100, 10)], "No winner: a cannot be told from b yet."),
        ([("a", 1000, 10), ("b", 1000, 90), ("c", 1000, 80)], "No winner: b cannot be told from c yet."),
        ([("a", 1000, 10)], "No winner: fewer than 20 showings of anything else."),
    ],
)
def test_verdict_on_names_a_winner_only_when_it_is_one(arms: list[tuple[str, int, int]], verdict: str) -> None:
    assert verdict_on([ArmResult(*each) for each in arms]) == verdict
