from __future__ import annotations

import pytest

from proposals.gate import DEFAULT, Band, Rules, Score
from proposals.gate.scoring import band_of, floor_of, higher_band

# One row per likelihood, one column per damage; a cell is the band at reversibility 1, 2 and 3.
# Written by hand from the glossary: C clear < 25, M mitigate 25-44, B block >= 45 or damage 5 with reversibility 3.
TABLE = {
    1: ("CCM", "CCM", "CCM", "CCM", "CCB"),
    2: ("CCM", "CCM", "CCM", "CCM", "CCB"),
    3: ("CCM", "CCM", "CCM", "CCM", "CMB"),
    4: ("CCM", "CCM", "CCM", "CMB", "CMB"),
    5: ("CCM", "CCM", "CMB", "CMB", "MBB"),
}
LETTERS = {"C": Band.CLEAR, "M": Band.MITIGATE, "B": Band.BLOCK}
CELLS = [
    (likelihood, damage, reversibility, LETTERS[TABLE[likelihood][damage - 1][reversibility - 1]])
    for likelihood in range(1, 6)
    for damage in range(1, 6)
    for reversibility in range(1, 4)
]


@pytest.mark.parametrize(("likelihood", "damage", "reversibility", "expected"), CELLS)
def test_band_of_every_cell(likelihood: int, damage: int, reversibility: int, expected: Band) -> None:
    score = Score(likelihood, damage, reversibility, {})

    floor = floor_of(score, DEFAULT)
    band = higher_band(band_of(score.severity, DEFAULT), floor[0] if floor else Band.CLEAR)

    assert score.severity == likelihood * damage * reversibility
    assert band is expected


def test_cells_are_all_75() -> None:
    cells = {cell[:3] for cell in CELLS}

    assert len(cells) == 75


def test_floor_of_when_policy_turns_floors_off() -> None:
    score = Score(1, 5, 3, {})

    floor = floor_of(score, Rules(floors=False))

    assert floor is None
