"""Who may intervene in execution."""

from __future__ import annotations

from proposals.models import User

REASON_LENGTH = 10


class ExecutionRefused(Exception):
    """Why this account may not do this to a task, or to execution, now; the message says it in words."""


def require_right(by: User, right: str, doing: str) -> None:
    """Raise ExecutionRefused unless ``by`` is a person who holds the permission. ``doing``: "cancel tasks"."""
    if not by.is_person:
        raise ExecutionRefused(f"services and AI models may not {doing}; a person must")
    if not by.has_perm(right):
        raise ExecutionRefused(f"you may not {doing}; ask for the Operators group")


def require_reason(reason: str) -> str:
    """The reason without blanks around it. Raises ExecutionRefused for one that says nothing."""
    if len(reason.strip()) < REASON_LENGTH:
        raise ExecutionRefused(f"give a reason of at least {REASON_LENGTH} characters")
    return reason.strip()
