"""Watching a proposal, and putting it out of one's way for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from proposals.actors import Actor
from proposals.models import Proposal, Snooze, User, Watch
from proposals.services.claims import ASSIGN
from proposals.services.review import DecisionRefused, NotAllowed, require_reviewer, require_status
from proposals.services.status import lock_proposal, write_event
from proposals.states import WAITING

LONGEST_SNOOZE = timedelta(days=30)
_VIEW = "proposals.view_proposal"


@transaction.atomic
def watch_proposal(*, proposal_id: int, by: User) -> Watch:
    """Be told what becomes of it. Watching again changes nothing. Raises NotAllowed for who may not look."""
    if not by.may(_VIEW):
        raise NotAllowed("you may not see proposals")
    return Watch.objects.get_or_create(proposal_id=proposal_id, by=by)[0]


def unwatch_proposal(*, proposal_id: int, by: User) -> None:
    """Be told no more. Without a watch nothing happens."""
    Watch.objects.filter(proposal=proposal_id, by=by).delete()


@transaction.atomic
def snooze_proposal(*, proposal_id: int, by: User, until: datetime, for_all: bool = False, note: str = "") -> Snooze:
    """Out of one's own "Waiting on me" until then, or with the right to assign out of everybody's.

    Its deadlines go on. A later snooze takes the place of an earlier one. Locks the proposal. Raises DecisionRefused.
    """
    proposal = lock_proposal(proposal_id)
    require_reviewer(by)
    if for_all and not by.may(ASSIGN):
        raise NotAllowed("only Leads snooze for everybody")
    require_status(proposal, WAITING, "it waits for nobody")
    if not timezone.now() < until <= timezone.now() + LONGEST_SNOOZE:
        raise DecisionRefused(f"give a time in the future, within {LONGEST_SNOOZE.days} days")
    person = None if for_all else by
    wanted = {"by": by, "until": until, "created_at": timezone.now()}
    snooze, _ = Snooze.objects.update_or_create(proposal=proposal, person=person, defaults=wanted)
    said = f"Until {until:%Y-%m-%d %H:%M} UTC, for {'everybody' if for_all else by}. {note}".strip()
    write_event(proposal, name="snoozed", before=proposal.status, by=Actor.of(by), note=said)
    return snooze


@transaction.atomic
def end_snooze(*, proposal_id: int, by: User) -> int:
    """Back into one's queue; for who may assign, into everybody's. How many snoozes that ended.

    Locks the proposal. Raises NotAllowed.
    """
    proposal = lock_proposal(proposal_id)
    require_reviewer(by)
    ended = Snooze.objects.standing().filter(proposal=proposal, person=by)
    if by.may(ASSIGN):
        ended |= Snooze.objects.standing().filter(proposal=proposal, person=None)
    count, _ = ended.delete()
    if count:
        write_event(proposal, name="woken", before=proposal.status, by=Actor.of(by))
    return count


def purge_snoozes() -> int:
    """Forget those that ran out; return how many. Their history stays in the events."""
    return Snooze.objects.filter(until__lte=timezone.now()).delete()[0]


def is_watched(proposal: Proposal, by: User) -> bool:
    """Whether this person watches it."""
    return Watch.objects.filter(proposal=proposal, by=by).exists()
