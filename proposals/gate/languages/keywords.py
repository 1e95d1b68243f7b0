"""Keywords of the languages, to know one that was corrupted."""

from __future__ import annotations

import re

from pglast import keywords

from proposals.gate.languages.identity import Language

_SQL = frozenset(
    word.upper()
    for kind in (keywords.RESERVED_KEYWORDS, keywords.UNRESERVED_KEYWORDS, keywords.COL_NAME_KEYWORDS)
    for word in kind
    if len(word) >= 6
) | {"CURRENT", "CURRENTTIMESTAMP", "CURRENTDATE", "SERIAL"}
_JAVASCRIPT = frozenset(
    [
        "FUNCTION",
        "RETURN",
        "EXPORT",
        "IMPORT",
        "DEFAULT",
        "CONTINUE",
        "TYPEOF",
        "INSTANCEOF",
        "REQUIRE",
        "CONSOLE",
        "EXTENDS",
        "FINALLY",
        "DEBUGGER",
        "UNDEFINED",
        "DOCUMENT",
        "WINDOW",
        "MODULE",
        "EXPORTS",
        "PROMISE",
    ]
)
_PYTHON = frozenset(["RETURN", "IMPORT", "LAMBDA", "CONTINUE", "EXCEPT", "FINALLY", "NONLOCAL", "GLOBAL"])
_BY_LANGUAGE = {
    Language.SQL: _SQL,
    Language.JAVASCRIPT: _JAVASCRIPT,
    Language.TYPESCRIPT: _JAVASCRIPT,
    Language.TSX: _JAVASCRIPT,
    Language.PYTHON: _PYTHON,
}
_DIGITS = re.compile(r"\d+")


def keyword_inside(word: str, language: Language | None) -> str:
    """The keyword that `word` is once its digits are gone, or that its part before them is; empty for neither."""
    known = _BY_LANGUAGE.get(language) if language else None
    if known is None:
        return ""
    upper = word.upper()
    without = _DIGITS.sub("", upper)
    if without in known:
        return without
    head = _DIGITS.split(upper, maxsplit=1)[0]
    is_shouted = word == upper or head in {"CONSOLE", "CURRENT"}
    return head if head in known and is_shouted and len(head) >= 6 and not head.startswith("COLUMN") else ""
