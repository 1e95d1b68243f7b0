"""The states of a proposal, as data: which there are, and which may follow which."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import TextChoices


class Status(TextChoices):
    """Where a proposal stands. `WAITING` lists those that wait for a person."""

    RECEIVED = "received", "Received"
    DUPLICATE = "duplicate", "Duplicate"
    RETURNED = "returned", "Returned"
    BLOCKED = "blocked", "Blocked"
    NEEDS_MITIGATION = "needs_mitigation", "Needs mitigation"
    CLEARED = "cleared", "Cleared"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"
    EXECUTED = "executed", "Executed"
    FAILED = "failed", "Failed"
    ROLLED_BACK = "rolled_back", "Rolled back"


_ENDED_UNDECIDED = frozenset({Status.WITHDRAWN, Status.EXPIRED})
_DECIDABLE = frozenset({Status.APPROVED, Status.REJECTED, Status.RETURNED}) | _ENDED_UNDECIDED
_ASSESSED = frozenset({Status.RETURNED, Status.BLOCKED, Status.NEEDS_MITIGATION, Status.CLEARED})
_EXECUTION = frozenset({Status.EXECUTED, Status.FAILED})

TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.RECEIVED: _ASSESSED | {Status.DUPLICATE},
    Status.DUPLICATE: frozenset(),
    # what was judged is judged again when a rehearsal measured it, when a finding is waived and when that ends
    Status.RETURNED: (_ASSESSED | _ENDED_UNDECIDED) - {Status.RETURNED},
    Status.BLOCKED: (_DECIDABLE | _ASSESSED) - {Status.BLOCKED},
    Status.NEEDS_MITIGATION: (_DECIDABLE | _ASSESSED) - {Status.NEEDS_MITIGATION},
    Status.CLEARED: (_DECIDABLE | _ASSESSED | _EXECUTION) - {Status.CLEARED},
    Status.APPROVED: _EXECUTION,
    Status.REJECTED: frozenset(),
    Status.WITHDRAWN: frozenset(),
    Status.EXPIRED: frozenset(),
    Status.EXECUTED: frozenset({Status.ROLLED_BACK}),
    Status.FAILED: frozenset({Status.EXECUTED, Status.ROLLED_BACK}),
    Status.ROLLED_BACK: frozenset(),
}

WAITING = frozenset({Status.BLOCKED, Status.NEEDS_MITIGATION})
DECIDABLE = frozenset(status for status, after in TRANSITIONS.items() if Status.APPROVED in after)
OPEN = frozenset(status for status, after in TRANSITIONS.items() if Status.EXPIRED in after)
ENDED = (Status.EXECUTED, Status.FAILED, Status.ROLLED_BACK, Status.REJECTED)
"""What became of a proposal, as its producer is judged by, in the order of telling."""
SUPERSEDABLE = frozenset({Status.WITHDRAWN, Status.EXPIRED, Status.ROLLED_BACK})
"""A new report with the same content as one of these starts afresh instead of being linked."""


class InvalidTransition(Exception):
    """The proposal is not in a state from which this can happen."""

    def __init__(self, before: str, after: str) -> None:
        self.before, self.after = before, after
        was, wanted = Status(before).label.lower(), Status(after).label.lower()
        super().__init__(f"a proposal that is {was} cannot become {wanted}")


def ensure_transition(before: str, after: str) -> None:
    """Raise `InvalidTransition` unless `TRANSITIONS` allows the move."""
    if Status(after) not in TRANSITIONS[Status(before)]:
        raise InvalidTransition(before, after)
