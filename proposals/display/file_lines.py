"""A text with line numbers and what was found beside its lines; a long one is cut around what matters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from django.utils.safestring import SafeString

from proposals.display.visible import mark_hidden

SHOWN_LINES = 300
SHOWN_CHARACTERS = 2_000
_AROUND = 3


@dataclass(frozen=True, slots=True)
class Note:
    """Something said about the lines ``start``..``end``, 1-based and inclusive; level as in SARIF."""

    start: int
    end: int
    level: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line as escaped HTML; ``flag`` is the worst level that covers it, ``notes`` are those that begin here.

    ``beneath`` is what the page shows around this line; it is the template's.
    """

    number: int
    html: SafeString
    cut: int
    flag: str
    notes: tuple[Note, ...]
    beneath: object = None


@dataclass(frozen=True, slots=True)
class Gap:
    """So many lines that are not shown."""

    hidden: int


@dataclass(frozen=True, slots=True)
class NumberedText:
    """The rows to show, out of ``total`` lines."""

    rows: tuple[Line | Gap, ...]
    total: int
    hidden: int

    @property
    def is_cut(self) -> bool:
        """Whether something of the text is not shown."""
        return bool(self.hidden or any(isinstance(row, Line) and row.cut for row in self.rows))


def number_lines(
    text: str, notes: Iterable[Note] = (), *, whole: bool = False, beneath: Mapping[int, object] = MappingProxyType({})
) -> NumberedText:
    """Number the lines of a text, which end at U+000A only, as the gate counts them.

    Unless ``whole``, shows the first `SHOWN_LINES` and three around every note and every line that has something
    ``beneath``, and `SHOWN_CHARACTERS` of a line.
    """
    lines = text.split("\n")
    noted = list(notes)
    shown = range(len(lines)) if whole else _shown(len(lines), (*(note.start for note in noted), *beneath))
    begins: defaultdict[int, list[Note]] = defaultdict(list)
    for note in noted:
        begins[note.start].append(note)
    flags = _flags(noted, len(lines))
    rows: list[Line | Gap] = []
    last = -1
    for index in shown:
        if index > last + 1:
            rows.append(Gap(index - last - 1))
        number, last = index + 1, index
        line = _line(number, lines[index], flags.get(number, ""), tuple(begins[number]), whole=whole)
        rows.append(replace(line, beneath=beneath[number]) if number in beneath else line)
    if last + 1 < len(lines):
        rows.append(Gap(len(lines) - last - 1))
    return NumberedText(tuple(rows), len(lines), sum(row.hidden for row in rows if isinstance(row, Gap)))


def _line(number: int, text: str, flag: str, notes: tuple[Note, ...], *, whole: bool) -> Line:
    kept = text if whole else text[:SHOWN_CHARACTERS]
    return Line(number, mark_hidden(kept), len(text) - len(kept), flag, notes)


def _shown(total: int, pointed_at: Iterable[int]) -> list[int]:
    wanted = set(range(min(total, SHOWN_LINES)))
    for line in pointed_at:
        wanted.update(range(max(0, line - 1 - _AROUND), min(total, line + _AROUND)))
    return sorted(wanted)


def _flags(notes: list[Note], total: int) -> dict[int, str]:
    flags: dict[int, str] = {}
    for level in ("note", "warning", "error"):  # the worst is written last
        for note in notes:
            if note.level == level:
                flags.update(dict.fromkeys(range(note.start, min(note.end, total) + 1), level))
    return flags
