"""The arithmetic of the reviewers' figures."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from proposals.reviewers.figures import ENOUGH, Counted, Estimates, Rate, reviewers_of, start_of

NOW = datetime(2026, 11, 27, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "start"),
    [
        ("7", datetime(2026, 11, 21, tzinfo=UTC)),
        ("30", datetime(2026, 10, 29, tzinfo=UTC)),
        ("90", datetime(2026, 8, 30, tzinfo=UTC)),
        ("all", None),
    ],
)
def test_start_of_counts_whole_days_with_today(period: str, start: datetime | None) -> None:
    assert start_of(period, NOW) == start


def test_rate_is_told_from_twenty_on() -> None:
    assert not Rate(19, ENOUGH - 1).is_enough
    assert Rate(10, ENOUGH).is_enough
    assert Rate(10, ENOUGH).share == 0.5
    assert Rate(10, ENOUGH).interval == pytest.approx((0.2993, 0.7007), abs=5e-5)


def test_reviewers_of_adds_up_bands_and_kinds_and_sorts_by_name() -> None:
    rows = [
        Counted(2, "Zoe", "block", "approve", 3, 2, 1, 1, 1, 0),
        Counted(2, "Zoe", "clear", "approve", 4, 4, 0, 3, 0, 1),
        Counted(2, "Zoe", "block", "reject", 5, 1, 1, 0, 0, 0),
    ]

    ann, zoe = reviewers_of(rows, [Estimates(1, "ann", 4, 1)], {2: 12.5})

    assert (ann.name, zoe.name) == ("ann", "Zoe")
    assert zoe.kinds == {"approve": 7, "reject": 5}
    assert (zoe.rate("block"), zoe.rate("clear"), zoe.rate("mitigate")) == (Rate(3, 8), Rate(4, 4), Rate(0, 0))
    assert (zoe.timed, zoe.timed_approvals, zoe.reflexes, zoe.pace) == (7, 6, 1, 12.5)
    assert zoe.outcomes == {"executed": 4, "failed": 1, "rolled_back": 1}
    assert (ann.estimates, ann.pace) == (Rate(3, 4), None)


def test_outcomes_of_what_was_rejected_are_not_the_approvers() -> None:
    (only,) = reviewers_of([Counted(1, "a", "block", "reject", 1, 1, 1, 1, 0, 0)], [], {})

    assert (only.reflexes, only.outcomes.total()) == (0, 0)
