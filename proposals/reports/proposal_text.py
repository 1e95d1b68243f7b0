"""What the text of a proposal says of itself in its first word and its last lines."""

from __future__ import annotations

import re
from collections import deque
from enum import StrEnum


class ProposalType(StrEnum):
    """What a proposal asks for: one file (or a concept), a plan, or a title to think about."""

    IDEA_IMPLEMENTATION = "idea_implementation"
    SELF_IMPROVEMENT = "self_improvement"
    IMPLEMENT_IDEA = "implement_idea"


_TYPES = frozenset(str(known) for known in ProposalType)
_OPPORTUNITY_LINE = re.compile(r"^This is for opportunity:(?P<name>[^\n]*)$", re.MULTILINE)


def split_type(proposal: str) -> tuple[ProposalType | None, str]:
    """Return type and body of "TYPE: body"; (None, proposal) when the text starts with no known type.

    The body is the rest after the colon and the spaces (U+0020 only) behind it, so it starts at offset
    len(proposal) - len(body) of the proposal.
    """
    word, colon, rest = proposal.partition(":")
    if not colon or word not in _TYPES:
        return None, proposal
    return ProposalType(word), rest.lstrip(" ")


def opportunity_of(proposal: str) -> str | None:
    """Return NAME of the last line "This is for opportunity: NAME", blanks around it stripped; None without a name."""
    found = last_opportunity_line(proposal)
    return (found["name"].strip() or None) if found else None


def last_opportunity_line(text: str, start: int = 0) -> re.Match[str] | None:
    """Return the match of the last opportunity line that begins at or after `start`."""
    last = deque(_OPPORTUNITY_LINE.finditer(text, start), maxlen=1)
    return last[0] if last else None
