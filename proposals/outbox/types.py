"""What events are called outside: reverse-DNS-like, and never changed once given out."""

from __future__ import annotations

_PROPOSAL = "fsarsite.proposal."
_WORDS = {  # where the name inside is not the word outside
    "approval": "approval_given",
    "said": "commented",
    "thread_started": "commented",
    "thread_answered": "commented",
    "asked": "question_asked",
    "answered": "question_answered",
}


def type_of(name: str) -> str:
    """The type for a name in a proposal's history; one that is not in the table is its own word."""
    return f"{_PROPOSAL}{_WORDS.get(name, name)}"
