"""Deadlines: whom to remind of what is due, and whom to tell of what is overdue. Nothing is ever decided by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.utils import timezone

from proposals.actors import Actor
from proposals.models import LaterReview, NoticeKind, Proposal, User
from proposals.notices.telling import tell
from proposals.selectors import DECIDE, who_may
from proposals.services.claims import ASSIGN
from proposals.services.status import write_event
from proposals.states import WAITING

BEFORE_EXPIRY = timedelta(days=1)
_AT_A_TIME = 200


def remind() -> int:
    """Remind at half time, tell Leads what is overdue, warn a day before the end; return of how many proposals.

    Each deadline is told of once, a deadline that was moved anew. Safe to call at any time.
    """
    return _remind_of_due() + _tell_overdue() + _warn_of_end() + _tell_reviews_owed()


@transaction.atomic
def _remind_of_due() -> int:
    half = ExpressionWrapper(F("due_at") - (F("due_at") - F("status_changed_at")) / 2, output_field=DateTimeField())
    now = timezone.now()
    rows = _waiting("reminded_of", "due_at").annotate(half=half).filter(half__lte=now, due_at__gt=now)
    return _tell_each(rows, NoticeKind.REMINDER, "reminded_of", "due_at", _reviewers)


@transaction.atomic
def _tell_overdue() -> int:
    rows = _waiting("overdue_since", "due_at").filter(due_at__lte=timezone.now())
    return _tell_each(rows, NoticeKind.OVERDUE, "overdue_since", "due_at", _leads, name="escalated")


@transaction.atomic
def _warn_of_end() -> int:
    rows = _waiting("end_told_of", "expires_at").filter(expires_at__lte=timezone.now() + BEFORE_EXPIRY)
    return _tell_each(rows, NoticeKind.EXPIRING, "end_told_of", "expires_at", _everybody)


@transaction.atomic
def _tell_reviews_owed() -> int:
    """Once for each: the day after is told of by the home page."""
    owed = LaterReview.objects.open().filter(due_at__lte=timezone.now(), told_at=None)
    rows = list(owed.select_for_update(skip_locked=True, of=("self",)).select_related("proposal", "decision"))
    for review in rows:
        people = who_may(ASSIGN).exclude(pk=review.decision.by_id)
        tell(review.proposal, NoticeKind.REVIEW_OWED, people, deadline=review.due_at)
        review.told_at = timezone.now()
        review.save(update_fields=["told_at"])
    return len(rows)


def _waiting(mark: str, deadline: str) -> QuerySet[Proposal]:
    told = Q(**{mark: F(deadline)})
    return Proposal.objects.filter(Q(**{mark: None}) | ~told, status__in=sorted(WAITING)).order_by(deadline)


def _tell_each(
    rows: QuerySet[Proposal],
    kind: NoticeKind,
    mark: str,
    deadline: str,
    meant: Callable[[Proposal], Iterable[User]],
    *,
    name: str = "",
) -> int:
    locked = rows.select_for_update(skip_locked=True, of=("self",)).select_related("assessment", "claimed_by")
    found = list(locked.defer("text", "received")[:_AT_A_TIME])
    for proposal in found:
        at: datetime = getattr(proposal, deadline)
        tell(proposal, kind, meant(proposal), deadline=at)
        setattr(proposal, mark, at)
        proposal.save(update_fields=[mark])
        if name:
            note = f"Nobody decided until {at:%Y-%m-%d %H:%M} UTC; the Leads are told."
            write_event(proposal, name=name, before=proposal.status, by=Actor.system(), note=note)
    return len(found)


def _reviewers(proposal: Proposal) -> Iterable[User]:
    """Who has it; everybody who may decide it when nobody has."""
    if proposal.claimed_by is not None:
        return [proposal.claimed_by]
    return who_may(DECIDE).exclude(pk=proposal.submitted_by_id)


def _leads(proposal: Proposal) -> Iterable[User]:
    return {*who_may(ASSIGN), *([proposal.claimed_by] if proposal.claimed_by else [])}


def _everybody(proposal: Proposal) -> Iterable[User]:
    return {*_reviewers(proposal), *who_may(ASSIGN)}
