"""Proposals that nobody decided in time."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from proposals.actors import Actor
from proposals.models import Proposal
from proposals.services.status import change_status
from proposals.states import OPEN, Status


@transaction.atomic
def expire_proposals(*, limit: int = 500) -> int:
    """Expire up to ``limit`` open proposals past their deadline; return how many. Never approves anything.

    Rows that somebody is deciding right now are skipped and met again at the next sweep.
    """
    overdue = Proposal.objects.filter(status__in=OPEN, expires_at__lte=timezone.now()).exclude(
        status=Status.CLEARED, events__name="released"
    )
    for proposal in (rows := list(overdue.select_for_update(skip_locked=True, of=("self",))[:limit])):
        change_status(
            proposal, Status.EXPIRED, name="expired", by=Actor.system(), note="Nobody decided before the deadline."
        )
    return len(rows)
