"""Secrets taken out of a text, each leaving a mark that says what stood there and tells two of them apart."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from proposals.gate.languages.secrets import Secret, find_secrets

_ARTICLE = re.compile(r"^an? ")
_NO_WORD = re.compile(r"[^a-z0-9]+")
# A mark is one word, so that what parsed with the secret parses with the mark.
_MARK = re.compile(r"\bREDACTED_(?P<kind>[a-z][a-z0-9_]*?)_(?P<digest>[0-9a-f]{12})\b")
_DIGEST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a mark stands, and what the secret was."""

    kind: str
    start: int


def redacted(text: str) -> str:
    """The text with every secret masked, line for line; guessable defaults stay. Masking again changes nothing."""
    pieces: list[str] = []
    at = 0
    for secret in sorted(_to_mask(text), key=lambda found: (found.start, -found.end)):
        if secret.start < at:
            continue
        value = text[secret.start : secret.end]
        pieces += [text[at : secret.start], _mark(secret, value), "\n" * value.count("\n")]
        at = secret.end
    return "".join([*pieces, text[at:]]) if pieces else text


def find_marks(text: str) -> Iterator[Mark]:
    """The marks that `redacted` left, or that somebody wrote."""
    for match in _MARK.finditer(text):
        yield Mark(match["kind"].replace("_", " "), match.start())


def _to_mask(text: str) -> Iterator[Secret]:
    return (secret for secret in find_secrets(text) if not secret.is_weak)


def _mark(secret: Secret, value: str) -> str:
    """The digest names the secret for whoever has it and must revoke it; twelve digits give nothing back."""
    slug = _NO_WORD.sub("_", _ARTICLE.sub("", secret.kind).lower()).strip("_")
    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    return f"REDACTED_{slug}_{digest[:_DIGEST_DIGITS]}"
