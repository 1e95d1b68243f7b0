"""Severity = likelihood (1-5) x damage (1-5) x reversibility (1-3), its band, and the floors under it.

Where the factors start, before findings raise them:

| proposal              | likelihood | damage | reversibility | because |
|-----------------------|-----------:|-------:|--------------:|---------|
| plan                  | 2 | 2 | 1 | words; people do what it asks for, and its SQL is judged as SQL |
| idea                  | 1 | 1 | 1 | it becomes a task that waits for a person |
| file, SQL             | 2 | 3 | 1 | it changes a schema; additive DDL is undone by its reverse |
| file, any other       | 2 | 2 | 1 | one file; a revert commit undoes it |
| anything else         | 3 | 3 | 2 | nothing is known about it |

A finding raises a factor to the least that its rule declares (`Rule.raises`); it never lowers one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from proposals.gate.findings import Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject

_DAMAGE_FLOOR = 5
_IRREVERSIBLE = 3


class Factor(StrEnum):
    LIKELIHOOD = "likelihood"
    DAMAGE = "damage"
    REVERSIBILITY = "reversibility"


class Band(StrEnum):
    BLOCK = "block"
    MITIGATE = "mitigate"
    CLEAR = "clear"


_ORDER = {Band.CLEAR: 0, Band.MITIGATE: 1, Band.BLOCK: 2}


@dataclass(frozen=True, slots=True)
class Score:
    """`evidence` maps each factor's name to the one sentence that set it."""

    likelihood: int
    damage: int
    reversibility: int
    evidence: Mapping[str, str]

    @property
    def severity(self) -> int:
        return self.likelihood * self.damage * self.reversibility


def higher_band(first: Band, second: Band) -> Band:
    return max(first, second, key=_ORDER.__getitem__)


def band_of(severity: int, rules: Rules) -> Band:
    if severity >= rules.block_at:
        return Band.BLOCK
    return Band.MITIGATE if severity >= rules.mitigate_at else Band.CLEAR


def floor_of(score: Score, rules: Rules) -> tuple[Band, str] | None:
    """The least band the factors allow, and the sentence that says why; None when no floor applies."""
    if not rules.floors or score.reversibility < _IRREVERSIBLE:
        return None
    if score.damage >= _DAMAGE_FLOOR:
        return Band.BLOCK, "The floor decided: damage 5 that cannot be undone is blocked however unlikely."
    return Band.MITIGATE, "The floor decided: what cannot be undone needs mitigation however unlikely."


def score_of(subject: Subject, sightings: Iterable[Sighting]) -> Score:
    factors, evidence = _start(subject)
    for sighting in sightings:
        raises = sighting.rule.raises
        for factor, least in (
            (Factor.LIKELIHOOD, raises.likelihood),
            (Factor.DAMAGE, raises.damage),
            (Factor.REVERSIBILITY, raises.reversibility),
        ):
            if least > factors[factor]:
                factors[factor] = least
                evidence[factor.value] = sighting.message
    return Score(factors[Factor.LIKELIHOOD], factors[Factor.DAMAGE], factors[Factor.REVERSIBILITY], evidence)


def _start(subject: Subject) -> tuple[dict[Factor, int], dict[str, str]]:
    (likelihood, damage, reversibility), sentences = _start_row(subject)
    factors = {Factor.LIKELIHOOD: likelihood, Factor.DAMAGE: damage, Factor.REVERSIBILITY: reversibility}
    return factors, dict(zip((factor.value for factor in Factor), sentences, strict=True))


def _start_row(subject: Subject) -> tuple[tuple[int, int, int], tuple[str, str, str]]:
    if subject.frame is not None:
        return _file_row(subject.language)
    if subject.is_plan:
        return (2, 2, 1), (
            "A plan runs nothing itself.",
            "What a plan asks for is done by people, action by action.",
            "A plan that has not run is withdrawn at no loss.",
        )
    if subject.is_idea:
        return (1, 1, 1), (
            "An idea executes nothing.",
            "An idea becomes a task that waits for a person.",
            "An idea is withdrawn at no loss.",
        )
    return (3, 3, 2), (
        "The kind of change is not known.",
        "What an unknown change touches cannot be read from it.",
        "No way back is known for an unknown change.",
    )


def _file_row(language: Language | None) -> tuple[tuple[int, int, int], tuple[str, str, str]]:
    if language is Language.SQL:
        return (2, 3, 1), (
            "The SQL is rehearsed on a copy before it runs.",
            "It changes the schema of the target database.",
            "Statements that only add are undone by their reverse.",
        )
    return (2, 2, 1), (
        "One file changes, in one commit.",
        "What the file does reaches only the code that loads it.",
        "A revert commit restores the tree as it was.",
    )
