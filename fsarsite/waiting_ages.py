"""What waits for a decision, by age and band: the chart of the first page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from proposals.gate import Band
from proposals.models import Proposal

MOST = 5_000
"""How many are looked at: enough to see the shape, and no more than a page can wait for."""
_AGES = (
    ("under 4 hours", timedelta(hours=4)),
    ("under a day", timedelta(days=1)),
    ("under 3 days", timedelta(days=3)),
    ("under a week", timedelta(days=7)),
    ("a week or more", timedelta.max),
)
BANDS = (Band.BLOCK, Band.MITIGATE, Band.CLEAR)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: ``start`` and ``width`` in percent of the longest."""

    band: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """All that have waited so long."""

    age: str
    total: int
    segments: tuple[Segment, ...]


def waiting_by_age(now: datetime) -> list[Bar]:
    """A bar for each age, the youngest first; empty when nothing waits. One query, of at most `MOST` rows."""
    rows = Proposal.objects.waiting().order_by().values_list("band", "submitted_at")[:MOST]
    counts = Counter((band, _age(now - submitted_at)) for band, submitted_at in rows)
    longest = max((sum(counts[band, age] for band in BANDS) for age, _ in _AGES), default=0)
    return [_bar(age, counts, longest) for age, _ in _AGES] if longest else []


def _age(waited: timedelta) -> str:
    return next(age for age, limit in _AGES if waited < limit)


def _bar(age: str, counts: Counter[tuple[str, str]], longest: int) -> Bar:
    segments, start = [], 0.0
    for band in BANDS:
        if count := counts[band, age]:
            width = 100 * count / longest
            segments.append(Segment(band.value, count, start, width))
            start += width
    return Bar(age, sum(each.count for each in segments), tuple(segments))
