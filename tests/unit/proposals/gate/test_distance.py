from __future__ import annotations

import pytest

from proposals.gate import DEFAULT, Band, Factor, Score
from proposals.gate.distance import Distance, distance_of


@pytest.mark.parametrize(
    ("factors", "band", "next_band", "points", "notches"),
    [
        ((2, 2, 1), Band.CLEAR, Band.MITIGATE, 21, [Factor.LIKELIHOOD] * 0),
        ((4, 4, 2), Band.MITIGATE, Band.BLOCK, 13, [Factor.REVERSIBILITY]),
        ((3, 4, 3), Band.MITIGATE, Band.BLOCK, 9, [Factor.LIKELIHOOD, Factor.DAMAGE]),
        ((1, 5, 2), Band.CLEAR, Band.BLOCK, 35, [Factor.REVERSIBILITY]),  # by the floor, not by the product
        ((1, 1, 2), Band.CLEAR, Band.MITIGATE, 23, [Factor.REVERSIBILITY]),
        ((5, 5, 1), Band.MITIGATE, Band.BLOCK, 20, [Factor.REVERSIBILITY]),
    ],
)
def test_distance_of_names_the_notches(
    factors: tuple[int, int, int], band: Band, next_band: Band, points: int, notches: list[Factor]
) -> None:
    score = Score(*factors, evidence={})

    found = distance_of(score, score.severity, band, DEFAULT)

    assert found == Distance(next_band, points, tuple(notches))
    assert found.sentence.startswith("One notch from" if notches else f"{points} below")
    assert Distance.from_dict(found.as_dict()) == found


def test_distance_of_block_is_nothing() -> None:
    assert distance_of(Score(5, 5, 3, {}), 75, Band.BLOCK, DEFAULT) is None
