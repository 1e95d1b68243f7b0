"""What breaks a trail, found with the file alone."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest

from proposals.trail import GENESIS, entry_line, head_line, verify_trail

ROWS = ['{"id": 1, "note": "First"}', '{"id": 2, "note": "U+2028 \u2028 here"}', '{"id": 3}', '{"id": 4}']


def chain(rows: list[str]) -> list[bytes]:
    """The file of these rows, made as the database makes it."""
    lines, previous = [], GENESIS
    for sequence, row in enumerate(rows, 1):
        own = sha256(f"{sequence}\n{previous}\n{row}".encode()).hexdigest()
        lines.append(entry_line(sequence, previous, own, row))
        previous = own
    return [line.encode() for line in [*lines, head_line(previous, len(rows))]]


def hash_of(line: bytes) -> str:
    return line.split(b'"hash": "')[1][:64].decode()


@pytest.mark.parametrize("rows", [[], ROWS[:1], ROWS])
def test_verify_trail_of_a_whole_file_gives_its_head(rows: list[str]) -> None:
    verdict = verify_trail(chain(rows))

    assert verdict.is_whole
    assert verdict.entries == len(rows)
    assert verdict.head.encode() in chain(rows)[-1]


@pytest.mark.parametrize(
    ("harm", "line"),
    [
        (lambda lines: [lines[0].replace(b"First", b"Furst"), *lines[1:]], 1),
        (lambda lines: [*lines[:1], lines[1].replace(b'"row": {', b'"row":  {'), *lines[2:]], 2),
        (lambda lines: [*lines[:2], *lines[3:]], 3),
        (lambda lines: [lines[1], lines[0], *lines[2:]], 1),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], 3),
        (lambda lines: [*lines[:2], lines[1], *lines[2:]], 3),
        (lambda lines: lines[1:], 1),
        (lambda lines: lines[:-1], 4),
        (lambda lines: [*lines[:3], lines[-1]], 4),
        (lambda lines: [*lines[:-1], lines[-1][:-1]], 5),
        (lambda lines: [*lines, lines[0]], 6),
        (lambda lines: [*lines[:2], b"\xff\xfe\n", *lines[2:]], 3),
        (lambda lines: [*lines[:2], b"\n", *lines[2:]], 3),
        (lambda lines: [lines[0].replace(b"\n", b"\r\n"), *lines[1:]], 1),
        (lambda lines: [], 1),
    ],
)
def test_verify_trail_names_the_line_that_breaks(harm: Callable[[list[bytes]], list[bytes]], line: int) -> None:
    verdict = verify_trail(harm(chain(ROWS)))

    assert (verdict.is_whole, verdict.line) == (False, line), verdict.why


def test_verify_trail_without_its_end_is_found_by_a_head_noted_before() -> None:
    noted = hash_of(chain(ROWS)[3])
    shortened = chain(ROWS[:3])  # whole in itself, with a head of its own

    assert verify_trail(shortened).is_whole
    assert not verify_trail(shortened, head=noted).is_whole
    assert verify_trail(chain([*ROWS, '{"id": 5}']), head=noted).is_whole
