"""Writing notices into the outbox, in the transaction that causes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from proposals.models import Notice, NoticeEndpoint, NoticeKind, Proposal, ProposalEvent, User
from proposals.states import WAITING

_OF_EVENTS = {
    "assigned": NoticeKind.ASSIGNED,
    "asked": NoticeKind.ASKED,
    "answered": NoticeKind.ANSWERED,
    "thread_started": NoticeKind.SAID,
    "thread_answered": NoticeKind.SAID,
    "thread_blocks": NoticeKind.SAID,
    "approval": NoticeKind.APPROVAL,
    "broke_glass": NoticeKind.BROKE_GLASS,
}


def tell_of(event: ProposalEvent, proposal: Proposal) -> None:
    """What an event means for those who watch, or are meant, and for endpoints. In the caller's transaction.

    Nobody is told of what they did themselves. Nothing for an event that is nobody's business.
    """
    if event.name == "assessed":
        if proposal.status in WAITING:
            tell(proposal, NoticeKind.WAITS, ())
        return
    is_change = event.before and event.before != event.after
    kind = _OF_EVENTS.get(event.name) or (NoticeKind.CHANGED if is_change else None)
    if kind is not None:
        tell(proposal, kind, _meant_by(event, proposal).exclude(pk=event.actor_id or 0))


def tell(
    proposal: Proposal, kind: NoticeKind, people: Iterable[User], *, deadline: datetime | None = None
) -> list[Notice]:
    """Put a notice for each of the people who can be and want to be mailed, and for each endpoint, into the outbox."""
    mailed = [person for person in people if person.email and person.wants_mail]
    endpoints = NoticeEndpoint.objects.filter(is_active=True, kinds__contains=[kind]).order_by("pk")
    to: list[dict[str, Any]] = [
        *({"to": person} for person in mailed),
        *({"endpoint": endpoint} for endpoint in endpoints),
    ]
    if not to:  # so at the end of most plans, where reading the assessment would be the dearest part
        return []
    common: dict[str, Any] = {
        "kind": kind,
        "proposal": proposal,
        "about": _about(proposal, deadline),
        "next_try_at": timezone.now(),
    }
    return Notice.objects.bulk_create(Notice(**common, **each) for each in to)


def _meant_by(event: ProposalEvent, proposal: Proposal) -> QuerySet[User]:
    """Those who watch, and those whom the event is about."""
    meant: list[int] = list(proposal.watches.values_list("by", flat=True))
    if event.name == "assigned":
        meant.append(event.data["to"])
    elif event.name == "asked":
        meant.append(proposal.submitted_by_id)
    elif event.name == "answered":
        meant.extend(proposal.questions.filter(pk=event.data["question"]).values_list("asked_by", flat=True))
    return User.objects.filter(pk__in=meant, is_active=True)


def _about(proposal: Proposal, deadline: datetime | None) -> dict[str, Any]:
    due = deadline or proposal.deadline
    return {
        "effect": proposal.assessment.effect if proposal.assessment else "",
        "status": proposal.status,
        "deadline": due.isoformat() if due else None,
    }
