"""Characters that a reader cannot see, or that move what they see, named where they stand."""

from __future__ import annotations

import re
import unicodedata

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# Cc controls; Cf bidi, zero-width and tag characters; Co private use; Cn unassigned; Cs surrogates; Zl, Zp line ends;
# Zs blanks that are not the space.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
_LAID_OUT = frozenset(" \n\t")
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_NAMES = {"\x00": "NULL", "\r": "CARRIAGE RETURN", "\x1b": "ESCAPE", "\x08": "BACKSPACE", "\x7f": "DELETE"}
_CANDIDATES = re.compile(r"[^\n\t\x20-\x7e]")


def is_hidden(char: str) -> bool:
    """Whether a character shows nothing of itself, or changes how its neighbours are shown."""
    if char in _LAID_OUT:
        return False
    code = ord(char)
    return (
        unicodedata.category(char) in _HIDDEN_CATEGORIES
        or char in _BLANK_LETTERS
        or any(code in selectors for selectors in _VARIATION_SELECTORS)
    )


def reveal(text: str) -> str:
    """The text with each hidden character as ``⟦U+202E⟧``: for titles, messages and prose."""
    return _CANDIDATES.sub(lambda found: f"⟦{_code(found[0])}⟧" if is_hidden(found[0]) else found[0], text)


def mark_hidden(text: str) -> SafeString:
    """The text as HTML, escaped, with each hidden character in a marked box that names it."""
    parts, end = [], 0
    for found in _CANDIDATES.finditer(text):
        if is_hidden(found[0]):
            parts += [escape(text[end : found.start()]), _box(found[0])]
            end = found.end()
    parts.append(escape(text[end:]))
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped above


def _box(char: str) -> str:
    code = _code(char)
    name = _NAMES.get(char) or unicodedata.name(char, "NO NAME")
    return f'<span class="fs-hidden" title="{code} {name}">{code}</span>'


def _code(char: str) -> str:
    return f"U+{ord(char):04X}"
