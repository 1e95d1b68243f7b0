"""What execution reports back about a proposal."""

from __future__ import annotations

from django.db import transaction

from proposals.actors import Actor
from proposals.models import Proposal
from proposals.services.status import STANDING, change_status
from proposals.states import TRANSITIONS, Status

_NOT_YET_EXECUTED = frozenset({Status.CLEARED, Status.APPROVED})


@transaction.atomic
def record_execution(*, proposal_id: int, outcome: Status, by: Actor, note: str) -> Proposal:
    """Mark a proposal executed, failed or rolled back. Saying the same twice changes nothing. Locks it.

    Raises InvalidTransition, e.g. for a proposal that was never approved.
    """
    proposal = _locked(proposal_id)
    if proposal.status != outcome:
        change_status(proposal, outcome, name=outcome.value, by=by, note=note)
    return proposal


def follow_execution(*, proposal_id: int, outcome: Status, by: Actor, note: str) -> None:
    """Mark a proposal as its tasks say, if it can still become that; else nothing. Locks it.

    What was rolled back before all of it was executed is recorded as executed first. In the caller's transaction.
    """
    proposal = _locked(proposal_id)
    if outcome == Status.ROLLED_BACK and proposal.status in _NOT_YET_EXECUTED:
        change_status(proposal, Status.EXECUTED, name="executed", by=by, note="Part of it was executed.")
    if outcome in TRANSITIONS[Status(proposal.status)]:
        change_status(proposal, outcome, name=outcome.value, by=by, note=note)


def _locked(proposal_id: int) -> Proposal:
    """Without the report's text and its assessment: this happens at the end of every plan."""
    return Proposal.objects.select_for_update().only(*STANDING, "report_id", "content_hash").get(pk=proposal_id)
