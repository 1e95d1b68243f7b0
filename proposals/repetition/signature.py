"""MinHash signatures of texts, and the bands by which one indexed query finds the near duplicates.

128 permutations estimate the Jaccard similarity of two sets of shingles to about ±0.04. 21 bands of 6 rows find a
pair of similarity 0.8 with probability 0.998 (Leskovec, Rajaraman, Ullman: Mining of Massive Datasets, section 3.4:
1 − (1 − s^r)^b).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

PERMUTATIONS = 128
BANDS, ROWS = 21, 6
WORDS_A_SHINGLE = 5
NEAR = 0.8
"""The similarity from which two texts count as the same request."""
_MOST_SHINGLES = 10_000
_WORD = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Signature:
    """``values`` are 128 numbers below 2^32; ``bands`` are 21 signed 64-bit hashes, one for each band."""

    values: tuple[int, ...]
    bands: tuple[int, ...]

    def similarity(self, values: Sequence[int]) -> float:
        """The estimated Jaccard similarity (0..1) to the text of another signature's values."""
        return sum(mine == theirs for mine, theirs in zip(self.values, values, strict=True)) / PERMUTATIONS


def sign(text: str) -> Signature | None:
    """The signature of a text's words; None for a text without one. Deterministic across processes."""
    shingles = shingles_of(text)
    if not shingles:
        return None
    from datasketch import MinHash  # noqa: PLC0415  (it brings scipy along: half a second that only submissions need)

    minhash = MinHash(num_perm=PERMUTATIONS, seed=1)
    minhash.update_batch([shingle.encode() for shingle in shingles])
    values = tuple(int(value) for value in minhash.hashvalues)
    return Signature(values, tuple(_band(number, values) for number in range(BANDS)))


def shingles_of(text: str) -> list[str]:
    """Every five words in a row, each once, in lower case and without marks; a shorter text is one shingle."""
    words = _WORD.findall(text.lower())
    last = max(len(words) - WORDS_A_SHINGLE + 1, 1)
    found = (" ".join(words[start : start + WORDS_A_SHINGLE]) for start in range(min(last, _MOST_SHINGLES)))
    return list(dict.fromkeys(shingle for shingle in found if shingle))


def _band(number: int, values: tuple[int, ...]) -> int:
    rows = values[number * ROWS : (number + 1) * ROWS]
    said = f"{number}:{rows}".encode()
    return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "big", signed=True)
