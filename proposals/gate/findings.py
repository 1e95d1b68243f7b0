"""What an analyzer may say: rules it declares, sightings it yields, findings they become."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proposals.gate.subject import Subject

REPORT = "report"
CONTENT = "content"
_MESSAGE_LIMIT = 500


class Level(StrEnum):
    """SARIF's levels."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


class Effect(StrEnum):
    """What a finding does to the outcome, whatever the score: UNUSABLE returns, BLOCK blocks, REVIEW asks a person."""

    NONE = "none"
    UNUSABLE = "unusable"
    REVIEW = "review"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Region:
    """Lines `start_line`..`end_line`, 1-based and inclusive.

    `artifact` is "report" (lines of report.proposal) or "content" (lines of the framed file).
    """

    artifact: str
    start_line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Raises:
    """The least likelihood (1-5), damage (1-5) and reversibility (1-3) a sighting stands for; 0 says nothing."""

    likelihood: int = 0
    damage: int = 0
    reversibility: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the catalogue. `what_to_do` is one sentence to the producer."""

    id: str
    level: Level
    effect: Effect
    title: str
    what_to_do: str
    raises: Raises = field(default_factory=Raises)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A rule seen at a place, before it is numbered into a Finding."""

    rule: Rule
    message: str
    region: Region | None = None
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing an analyzer saw. `fingerprint` is stable while the flagged lines keep their words.

    A waived finding is told and decides nothing.
    """

    rule_id: str
    level: Level
    message: str
    remedy: str
    region: Region | None
    fingerprint: str
    effect: Effect
    is_waived: bool = False


def number_findings(sightings: Iterable[Sighting], subject: Subject) -> tuple[Finding, ...]:
    """Findings in the order seen, each with its fingerprint."""
    seen: Counter[tuple[str, str]] = Counter()
    findings = []
    for sighting in sightings:
        rule = sighting.rule
        text = " ".join(subject.flagged_text(sighting.region).split()) if sighting.region else ""
        key = (rule.id, text)
        findings.append(
            Finding(
                rule_id=rule.id,
                level=rule.level,
                message=one_line(sighting.message),
                remedy=sighting.remedy or rule.what_to_do,
                region=sighting.region,
                fingerprint=_fingerprint(rule.id, text, seen[key]),
                effect=rule.effect,
            )
        )
        seen[key] += 1
    return tuple(findings)


def one_line(text: str, limit: int = _MESSAGE_LIMIT) -> str:
    """`text` on one line, unprintable characters shown as escapes, cut at `limit` characters."""
    flat = " ".join(text.split())
    shown = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in flat)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _fingerprint(rule_id: str, text: str, occurrence: int) -> str:
    parts = "\x1f".join((rule_id, text, str(occurrence)))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()
