"""The sections of a retrospective and what stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from proposals.gate.findings import Region, one_line

_MOST_POINTS = 5


class Section(StrEnum):
    BLIND_SPOTS = "blind_spots"
    CONSEQUENCES = "unintended_consequences"
    SIGNALS = "early_warning_signals"
    WISHES = "wishes"
    MITIGATIONS = "mitigations"
    WAYS_BACK = "ways_back"


TITLES: Mapping[Section, str] = {
    Section.BLIND_SPOTS: "Blind spots, the widest first",
    Section.CONSEQUENCES: "Unintended consequences",
    Section.SIGNALS: "Early warning signals",
    Section.WISHES: "What the future would wish had been fixed",
    Section.MITIGATIONS: "Mitigations",
    Section.WAYS_BACK: "Ways back",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One sentence of a section. `weight` (1-5) ranks it; `region` is what in the content it rests on."""

    section: Section
    weight: int
    text: str
    region: Region | None = None


@dataclass(frozen=True, slots=True)
class Retrospective:
    """The points of every section that has something to say, the weightiest first; at most 5 a section."""

    points: tuple[Point, ...] = ()

    @classmethod
    def of(cls, points: Iterable[Point]) -> Retrospective:
        ranked: dict[tuple[Section, str], Point] = {}
        for point in sorted(points, key=_rank):
            ranked.setdefault((point.section, point.text), point)
        by_section: dict[Section, list[Point]] = {section: [] for section in Section}
        for point in ranked.values():
            by_section[point.section].append(point)
        return cls(tuple(point for kept in by_section.values() for point in kept[:_MOST_POINTS]))

    def as_dict(self) -> dict[str, list[dict[str, Any]]]:
        """JSON types only: a list of points for each section that has one."""
        stored: dict[str, list[dict[str, Any]]] = {}
        for point in self.points:
            region = point.region
            stored.setdefault(point.section.value, []).append(
                {
                    "text": one_line(point.text),
                    "weight": point.weight,
                    "artifact": region.artifact if region else "",
                    "line": region.start_line if region else None,
                }
            )
        return stored

    @classmethod
    def from_dict(cls, stored: Mapping[str, list[dict[str, Any]]]) -> Retrospective:
        """What `as_dict` wrote. Raises KeyError, ValueError."""
        return cls(
            tuple(
                Point(Section(name), point["weight"], point["text"], _region(point))
                for name, points in stored.items()
                for point in points
            )
        )


def _rank(point: Point) -> tuple[int, int]:
    return -point.weight, point.region.start_line if point.region else 0


def _region(stored: Mapping[str, Any]) -> Region | None:
    line = stored["line"]
    return Region(stored["artifact"], line, line) if line else None
