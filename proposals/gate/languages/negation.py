"""Negation in a sentence of English."""

from __future__ import annotations

import re

_REACH = 60
_BEFORE = re.compile(
    r"\b(?:without|no|not|never|zero|avoid(?:s|ing)?|prevent(?:s|ing)?|minimi[sz](?:e|es|ing)|"
    r"(?:no|any|the|of) risks? of|against|rather than|instead of|protect(?:s|ing)? (?:from|against)|"
    r"(?:do|does|did|must|should|will|is|are|would|can)(?:n't| not))\b(?P<gap>[^.;:!?]*)$",
    re.IGNORECASE,
)
_AFTER = re.compile(r"^\W{0,3}(?:is|are|will be|must be)? ?(?:avoided|prevented|excluded|ruled out)\b", re.IGNORECASE)
# "no downtime but data loss", "without testing, which means data loss": the negation ends before the danger.
_ENDS = re.compile(r"\b(?:but|however|although|which|and then|yet|because|so)\b", re.IGNORECASE)


def is_negated(text: str, start: int, end: int) -> bool:
    """Whether the words at `start`..`end` are ruled out by a negation in reach and in the same clause."""
    match = _BEFORE.search(text[max(0, start - _REACH) : start])
    if match and not _ENDS.search(match["gap"]):
        return True
    return bool(_AFTER.match(text[end : end + _REACH]))
