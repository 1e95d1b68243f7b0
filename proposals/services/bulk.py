"""One reason for many proposals: all of them are decided, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from proposals.gate import Band
from proposals.models import Decision, Proposal, Snooze, User
from proposals.services.attention import snooze_proposal
from proposals.services.review import DecisionRefused, approve_proposal, reject_proposal, send_back_proposal
from proposals.states import InvalidTransition, Status


def _snooze(*, proposal_id: int, content_hash: str, assessment_id: int, **rest: Any) -> Snooze:  # noqa: ARG001
    """Bound to nothing: it decides nothing."""
    return snooze_proposal(proposal_id=proposal_id, **rest)


DECISIONS: Mapping[str, Callable[..., Decision | Snooze]] = {
    "reject": reject_proposal,
    "send_back": send_back_proposal,
    "approve": approve_proposal,
    "snooze": _snooze,
}


class BulkRefused(Exception):
    """Nothing was changed; the message says why, in words."""


def digest_of(proposals: Iterable[Proposal]) -> str:
    """What stands for these proposals as they are now: another row, status, content or assessment gives another."""
    lines = sorted(f"{each.pk}|{each.status}|{each.assessment_id}|{each.content_hash}" for each in proposals)
    return sha256("\n".join(lines).encode()).hexdigest()


def may_be_in_bulk(decision: str, proposal: Proposal) -> bool:
    """Blocked ones are approved one by one, by somebody who read them."""
    return decision != "approve" or (proposal.status != Status.BLOCKED and proposal.band != Band.BLOCK)


@transaction.atomic
def decide_all(
    *, decision: str, proposal_ids: Sequence[int], digest: str, by: User, note: str, until: datetime | None = None
) -> int:
    """Decide each as it was shown, and return how many; ``decision`` is a key of `DECISIONS`, ``until`` a snooze's end.

    ``digest`` is `digest_of` what was shown. Locks the proposals, in the order of their ids. Raises BulkRefused where
    one of them is not as it was shown, or may not be decided so by this person.
    """
    locked = Proposal.objects.select_for_update().filter(pk__in=proposal_ids).defer("text", "received")
    rows = list(locked.order_by("pk"))
    if digest_of(rows) != digest:
        raise BulkRefused("these are not the proposals that were shown: some changed, came or went meanwhile")
    said = {"by": by, "note": note} | ({"until": until} if until else {})
    for row in rows:
        _decide(decision, row, said)
    return len(rows)


def _decide(decision: str, row: Proposal, said: Mapping[str, Any]) -> None:
    if not may_be_in_bulk(decision, row):
        raise BulkRefused(f"{row} is blocked, and approved only on its own page")
    shown = {"proposal_id": row.pk, "content_hash": row.content_hash, "assessment_id": row.assessment_id}
    try:
        DECISIONS[decision](**shown, **said)
    except (DecisionRefused, InvalidTransition) as refusal:
        raise BulkRefused(f"{row}: {refusal}") from refusal
