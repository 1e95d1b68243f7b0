"""Values that look like the true ones and say nothing of them: the same value is the same pseudonym all over a copy."""

from __future__ import annotations

import hashlib
import json
import re

_ROUNDS = 4
_LETTERS = ((ord("0"), 10), (ord("A"), 26), (ord("a"), 26))
_FIRST_FOREIGN, _BLOCK = 0xC0, 64
"""Other letters stay within their 64 code points of Unicode, so that an encoding that knew them still does."""
_JSON_STRING = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?')
_DATE = re.compile(r"^(\d+)-\d\d-\d\d")
_LEADING = re.compile(r"[-+]?[0.]*[1-9]?")


class Pseudonyms:
    """Pseudonyms under one key, which nobody keeps. Each kind takes and gives text as PostgreSQL writes the type.

    Texts are permuted within their shape by a Feistel network, so two of them never become the same one: what was
    unique stays unique, lengths, punctuation and upper and lower case stay, and a foreign key still finds its row.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def text(self, value: str) -> str:
        """Letters become letters of the same case, digits digits, everything else stays."""
        points = [ord(char) for char in value]
        places = [(index, *alphabet) for index, point in enumerate(points) if (alphabet := _alphabet(point))]
        middle = len(places) // 2
        numbers = [points[index] - first for index, first, _ in places]
        halves = [(numbers[:middle], places[:middle]), (numbers[middle:], places[middle:])]
        for turn in range(_ROUNDS):
            (source, _), (changed, theirs) = halves[turn % 2], halves[1 - turn % 2]
            stream = self._stream(bytes([turn]) + repr(source).encode(), 2 * len(changed))
            for at, (_, _, size) in enumerate(theirs):
                changed[at] = (changed[at] + stream[2 * at] * 256 + stream[2 * at + 1]) % size
        for (index, first, _), number in zip(places, halves[0][0] + halves[1][0], strict=True):
            points[index] = first + number
        return "".join(map(chr, points))

    def json(self, value: str) -> str:
        """Strings become pseudonyms; names, numbers and the structure stay."""
        return _JSON_STRING.sub(lambda found: found[0] if found[2] else self._string(found[1]), value)

    def number(self, value: str) -> str:
        """All digits but the first one that counts."""
        found = _LEADING.match(value)
        kept = found.end() if found else 0
        return value[:kept] + re.sub(r"\d+", lambda digits: self.text(digits[0]), value[kept:])

    def date(self, value: str) -> str:
        """The first day of the year."""
        return _DATE.sub(r"\1-01-01", value)

    def octets(self, value: str) -> str:
        r"""As many bytes, ``\x`` and hex digits."""
        return r"\x" + self._stream(value.encode(), max(0, len(value) // 2 - 1)).hex()

    def address(self, value: str) -> str:
        """A private IPv6 address."""
        return "fd00:" + self._stream(value.encode(), 8).hex(":", 2)

    def _string(self, written: str) -> str:
        return json.dumps(self.text(json.loads(written)), ensure_ascii=False)

    def _stream(self, value: bytes, length: int) -> bytes:
        return hashlib.shake_256(self._key + value).digest(length)


def _alphabet(point: int) -> tuple[int, int] | None:
    if point >= _FIRST_FOREIGN:
        return point - point % _BLOCK, _BLOCK
    return next(((first, size) for first, size in _LETTERS if first <= point < first + size), None)
