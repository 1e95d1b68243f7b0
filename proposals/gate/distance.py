"""How far a verdict is from the next band: "one notch from block" is worth a second look."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from proposals.gate.policy import Rules
from proposals.gate.scoring import Band, Factor, Score, band_of, floor_of, higher_band

_MOST = {Factor.LIKELIHOOD: 5, Factor.DAMAGE: 5, Factor.REVERSIBILITY: 3}


@dataclass(frozen=True, slots=True)
class Distance:
    """The next band, the points of severity missing to its threshold (0 or more), and the notches.

    A notch is a factor that reaches the next band when it alone is raised by one.
    """

    next_band: Band
    points: int
    notches: tuple[Factor, ...]

    @property
    def sentence(self) -> str:
        """One line for a person."""
        if self.notches:
            return f"One notch from {self.next_band}: {' or '.join(self.notches)} raised by one reaches it."
        return f"{self.points} below {self.next_band}; no single factor raised by one reaches it."

    def as_dict(self) -> dict[str, Any]:
        """JSON types only."""
        return {**asdict(self), "notches": list(self.notches), "sentence": self.sentence}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Distance:
        """What `as_dict` wrote. Raises KeyError, ValueError."""
        notches = tuple(Factor(name) for name in stored["notches"])
        return cls(Band(stored["next_band"]), int(stored["points"]), notches)


def distance_of(score: Score, severity: int, band: Band, rules: Rules) -> Distance | None:
    """The distance from `band` to the highest band within one notch, else to the band above; None for block."""
    if band is Band.BLOCK:
        return None
    raised = {factor: _band_when_raised(score, severity, factor, rules) for factor in Factor}
    above = Band.BLOCK if band is Band.MITIGATE else Band.MITIGATE
    reached = [each for each in raised.values() if higher_band(each, band) is not band]
    next_band = Band.BLOCK if Band.BLOCK in reached else above
    least = rules.block_at if next_band is Band.BLOCK else rules.mitigate_at
    notches = tuple(factor for factor, each in raised.items() if higher_band(each, band) is each is next_band)
    return Distance(next_band, max(least - severity, 0), notches)


def _band_when_raised(score: Score, severity: int, factor: Factor, rules: Rules) -> Band:
    value = getattr(score, factor.value)
    if value >= _MOST[factor]:
        return Band.CLEAR
    higher = replace(score, **{factor.value: value + 1})
    floor = floor_of(higher, rules)
    band = band_of(max(higher.severity, severity), rules)
    return higher_band(band, floor[0]) if floor else band
