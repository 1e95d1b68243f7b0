"""Prose, taken apart into paragraphs and sentences that keep their lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_ITEM = re.compile(r"^\s{0,12}(?:[-*+]|\d{1,3}[.)])\s+")
_FENCE = re.compile(r"^\s{0,12}(?:[-*+]\s+)?(?:```|~~~)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s")
_MARKS = re.compile(r"[*_]{2}|^\s{0,12}(?:[-*+]|\d{1,3}[.)]|#{1,6})\s+")
# A dot after a digit or a single letter ends no sentence: "1. Add", "e.g. Redis".
_SENTENCE_END = re.compile(r"(?<=[a-z0-9)`\"'%\]][.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)\s+(?=[A-Z`\"(])")
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Passage:
    """Text without Markdown's marks, on one line, and the 1-based line it begins on."""

    text: str
    line: int


def paragraphs_in(lines: Iterable[str]) -> Iterator[Passage]:
    """Every paragraph, list item and heading outside code fences, each as one passage."""
    gathered: list[str] = []
    start, inside = 0, False
    for number, line in enumerate(lines, 1):
        is_fence = bool(_FENCE.match(line))
        if is_fence or inside or not line.strip() or _ITEM.match(line) or _HEADING.match(line):
            if gathered:
                yield Passage(" ".join(gathered), start)
            gathered = []
        inside ^= is_fence
        if not (is_fence or inside) and line.strip():
            start = start if gathered else number
            gathered.append(_plain(line))
            if _HEADING.match(line):
                yield Passage(gathered.pop(), start)
    if gathered:
        yield Passage(" ".join(gathered), start)


def sentences_in(lines: Iterable[str]) -> Iterator[Passage]:
    """Every sentence, with the line on which its paragraph's own line begins."""
    for number, passage in _prose_lines(lines):
        for sentence in _SENTENCE_END.split(passage[:_LONGEST]):
            if sentence.strip():
                yield Passage(sentence.strip(), number)


def _prose_lines(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    inside = False
    for number, line in enumerate(lines, 1):
        is_fence = bool(_FENCE.match(line))
        inside ^= is_fence
        if not (is_fence or inside or _HEADING.match(line)) and line.strip():
            yield number, _plain(line)


def _plain(line: str) -> str:
    return " ".join(_MARKS.sub("", line[:_LONGEST]).split())
