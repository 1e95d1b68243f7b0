"""Lines without their comments, for rules that look for words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from proposals.gate.languages.identity import Language

_SLASHES = {
    Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX, Language.VUE, Language.GROOVY, Language.BRACKETED,
    Language.HCL, Language.CSS,
}  # fmt: skip
_BLOCK = re.compile(r"/\*.*?(?:\*/|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_SLASH_LINE = re.compile(r"(?<![:\"'\\/])//(?!/?[\w.-]+\.[a-z]{2,}).*$")
_HASH_LINE = re.compile(r"(?:^|\s)#(?![!{]).*$")
_LONGEST = 5_000


def uncommented_lines(text: str, language: Language | None) -> Iterator[tuple[int, str]]:
    """Each line that has code, with its 1-based number, cut at 5,000 characters. A heuristic: strings may be cut."""
    bare = _BLOCK.sub(lambda match: "\n" * match[0].count("\n"), text)
    pattern = _SLASH_LINE if language in _SLASHES or language is Language.HTML else _HASH_LINE
    for number, line in enumerate(bare.split("\n"), 1):
        code = pattern.sub("", line[:_LONGEST])
        if code.strip():
            yield number, code
