"""The one place that sets a proposal's status."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from proposals.actors import Actor
from proposals.gate import Outcome, Rules
from proposals.models import PolicyVersion, Proposal, ProposalEvent
from proposals.notices.telling import tell_of
from proposals.outbox.writing import emit
from proposals.states import OPEN, WAITING, Status, ensure_transition

STANDING = ("status", "status_changed_at", "claimed_by", "claimed_at", "due_at", "expires_at")
"""The fields that a change of status sets."""


def lock_proposal(proposal_id: int) -> Proposal:
    """The proposal, locked until the transaction ends. Raises Proposal.DoesNotExist."""
    return Proposal.objects.select_for_update(of=("self",)).select_related("assessment__policy").get(pk=proposal_id)


def change_status(proposal: Proposal, after: Status, *, name: str, by: Actor, note: str = "", **data: Any) -> None:
    """Move a locked proposal and write the event, in the caller's transaction.

    Raises InvalidTransition. Leaving or entering a status drops the claim and sets the deadlines that the policy gives.
    """
    ensure_transition(proposal.status, after)
    before, now = proposal.status, timezone.now()
    proposal.status, proposal.status_changed_at = after, now
    proposal.claimed_by = proposal.claimed_at = None
    rules = PolicyVersion.objects.current().rules if after in OPEN else None
    proposal.due_at = now + _time_to_decide(proposal, rules) if rules and after in WAITING else None
    proposal.expires_at = now + timedelta(days=rules.expires_after_days) if rules else None
    proposal.save(update_fields=STANDING)
    write_event(proposal, name=name, before=before, by=by, note=note, **data)


def write_event(proposal: Proposal, *, name: str, by: Actor, before: str = "", note: str = "", **data: Any) -> None:
    """Append to the proposal's history and to the outbox, and tell whom it concerns, in the caller's transaction."""
    event = ProposalEvent.objects.create(
        proposal=proposal,
        name=name,
        before=before,
        after=proposal.status,
        actor_kind=by.kind,
        actor=by.user,
        policy=by.policy,
        note=note,
        data=data | {"key": by.key} if by.key else data,
    )
    emit(event, proposal)
    tell_of(event, proposal)


def band_in_rules(proposal: Proposal) -> str:
    """The key under which the policy speaks of it: its band, or ``returned`` for one that was reopened."""
    judged = proposal.assessment
    return "returned" if judged is None or judged.outcome == Outcome.RETURNED else judged.band


def _time_to_decide(proposal: Proposal, rules: Rules) -> timedelta:
    return timedelta(hours=rules.decide_within_hours[band_in_rules(proposal)])
