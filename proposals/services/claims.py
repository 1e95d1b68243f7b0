"""Who looks at a proposal, and by when it should be decided."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from proposals.actors import Actor
from proposals.models import Proposal, User
from proposals.services.review import DecisionRefused, NotAllowed, require_status
from proposals.services.status import lock_proposal, write_event
from proposals.states import OPEN, WAITING

CLAIM, ASSIGN = "proposals.claim_proposal", "proposals.assign_proposal"


@transaction.atomic
def claim_proposal(*, proposal_id: int, by: User) -> Proposal:
    """Say that one looks at it. Claiming again changes nothing. Raises DecisionRefused when another has it."""
    proposal = lock_proposal(proposal_id)
    _require_claimant(by)
    require_status(proposal, OPEN, "there is nothing to claim")
    if proposal.claimed_by_id == by.pk:
        return proposal
    if proposal.claimed_by_id is not None:
        raise DecisionRefused(f"{proposal.claimed_by} has claimed this proposal")
    _claim_for(proposal, by)
    write_event(proposal, name="claimed", before=proposal.status, by=Actor.of(by))
    return proposal


@transaction.atomic
def release_claim(*, proposal_id: int, by: User) -> Proposal:
    """Give one's claim back; a Lead gives back anybody's. Nothing happens without one. Raises DecisionRefused."""
    proposal = lock_proposal(proposal_id)
    if proposal.claimed_by is None:
        return proposal
    if proposal.claimed_by_id != by.pk and not by.may(ASSIGN):
        raise DecisionRefused(f"{proposal.claimed_by} has claimed this proposal; only they or a Lead can release it")
    note = "" if proposal.claimed_by_id == by.pk else f"{proposal.claimed_by} had claimed it."
    _claim_for(proposal, None)
    write_event(proposal, name="claim_released", before=proposal.status, by=Actor.of(by), note=note)
    return proposal


@transaction.atomic
def assign_proposal(*, proposal_id: int, by: User, to: User) -> Proposal:
    """Give it to a person who may claim, whoever has it now. The same person again changes nothing.

    Locks the proposal. Raises DecisionRefused: without the right, for one who cannot take it or who submitted it.
    """
    proposal = lock_proposal(proposal_id)
    _require_assigner(by)
    require_status(proposal, OPEN, "there is nothing to claim")
    if proposal.claimed_by_id == to.pk:
        return proposal
    if not (to.is_active and to.may(CLAIM)):
        raise DecisionRefused(f"{to} may not claim proposals")
    if proposal.submitted_by_id == to.pk:
        raise DecisionRefused(f"{to} submitted this proposal; another person must decide it")
    _claim_for(proposal, to)
    write_event(proposal, name="assigned", before=proposal.status, by=Actor.of(by), note=f"To {to}.", to=to.pk)
    return proposal


@transaction.atomic
def set_due(*, proposal_id: int, by: User, due_at: datetime) -> Proposal:
    """Move the time by which it should be decided: in the future, before it expires.

    Locks the proposal. Raises DecisionRefused.
    """
    proposal = lock_proposal(proposal_id)
    _require_assigner(by)
    require_status(proposal, WAITING, "there is nothing to decide")
    if due_at <= timezone.now():
        raise DecisionRefused("give a time in the future")
    if proposal.expires_at is not None and due_at > proposal.expires_at:
        raise DecisionRefused("it expires before that; give an earlier time")
    proposal.due_at = due_at
    proposal.save(update_fields=["due_at"])
    note = f"To be decided by {due_at:%Y-%m-%d %H:%M} UTC."
    write_event(proposal, name="due_set", before=proposal.status, by=Actor.of(by), note=note)
    return proposal


def _claim_for(proposal: Proposal, person: User | None) -> None:
    proposal.claimed_by, proposal.claimed_at = person, timezone.now() if person else None
    proposal.save(update_fields=["claimed_by", "claimed_at"])


def _require_claimant(by: User) -> None:
    if not by.may(CLAIM):
        raise NotAllowed("you may not claim proposals; ask for the Operators group")


def _require_assigner(by: User) -> None:
    if not by.may(ASSIGN):
        raise NotAllowed("you may not give proposals to people; ask for the Leads group")
