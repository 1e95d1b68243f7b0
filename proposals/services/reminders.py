"""Deadlines: whom to remind of what is due, and whom to tell of what is overdue. Nothing is ever decided by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cached_property

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
    people = _People()
    return _remind_of_due(people) + _tell_overdue(people) + _warn_of_end(people) + _tell_reviews_owed(people)


class _People:
    """Who is told, read once a sweep, and only when there is something to tell."""

    @cached_property
    def reviewers(self) -> list[User]:
        """All who may decide."""
        return list(who_may(DECIDE))

    @cached_property
    def leads(self) -> list[User]:
        """All who may give proposals to people."""
        return list(who_may(ASSIGN))

    def to_decide(self, proposal: Proposal) -> Iterable[User]:
        """Who has it; everybody who may decide it when nobody has."""
        if proposal.claimed_by is not None:
            return [proposal.claimed_by]
        return [each for each in self.reviewers if each.pk != proposal.submitted_by_id]

    def to_intervene(self, proposal: Proposal) -> Iterable[User]:
        """The Leads, and who has it."""
        return {*self.leads, *([proposal.claimed_by] if proposal.claimed_by else [])}

    def all(self, proposal: Proposal) -> Iterable[User]:
        """Who is to decide, and the Leads."""
        return {*self.to_decide(proposal), *self.leads}


@transaction.atomic
def _remind_of_due(people: _People) -> int:
    half = ExpressionWrapper(F("due_at") - (F("due_at") - F("status_changed_at")) / 2, output_field=DateTimeField())
    now = timezone.now()
    rows = _waiting("reminded_of", "due_at").annotate(half=half).filter(half__lte=now, due_at__gt=now)
    return _tell_each(rows, NoticeKind.REMINDER, "reminded_of", "due_at", people.to_decide)


@transaction.atomic
def _tell_overdue(people: _People) -> int:
    rows = _waiting("overdue_since", "due_at").filter(due_at__lte=timezone.now())
    return _tell_each(rows, NoticeKind.OVERDUE, "overdue_since", "due_at", people.to_intervene, name="escalated")


@transaction.atomic
def _warn_of_end(people: _People) -> int:
    rows = _waiting("end_told_of", "expires_at").filter(expires_at__lte=timezone.now() + BEFORE_EXPIRY)
    return _tell_each(rows, NoticeKind.EXPIRING, "end_told_of", "expires_at", people.all)


@transaction.atomic
def _tell_reviews_owed(people: _People) -> int:
    """Once for each: the day after is told of by the home page."""
    owed = LaterReview.objects.open().filter(due_at__lte=timezone.now(), told_at=None)
    rows = list(owed.select_for_update(skip_locked=True, of=("self",)).select_related("proposal", "decision"))
    for review in rows:
        others = [each for each in people.leads if each.pk != review.decision.by_id]
        tell(review.proposal, NoticeKind.REVIEW_OWED, others, deadline=review.due_at)
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
