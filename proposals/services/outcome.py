"""What execution reports back about a proposal."""

from __future__ import annotations

from django.db import transaction

from proposals.actors import Actor
from proposals.models import Proposal
from proposals.services.status import change_status, lock_proposal
from proposals.states import Status


@transaction.atomic
def record_execution(*, proposal_id: int, outcome: Status, by: Actor, note: str) -> Proposal:
    """Mark a proposal executed, failed or rolled back. Saying the same twice changes nothing. Locks it.

    Raises InvalidTransition, e.g. for a proposal that was never approved.
    """
    proposal = lock_proposal(proposal_id)
    if proposal.status != outcome:
        change_status(proposal, outcome, name=outcome.value, by=by, note=note)
    return proposal
