"""Approving alone in an emergency, which another person reviews later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from proposals.actors import Actor
from proposals.models import Decision, LaterReview, LineThread, Proposal, User
from proposals.releases import release
from proposals.services.review import (
    DecisionRefused,
    NotAllowed,
    approvals_missing,
    approvals_of,
    record_decision,
    require_no_expired_waiver,
    require_reason,
    require_reviewer,
    to_approve,
)
from proposals.services.status import change_status, lock_proposal, write_event
from proposals.states import Status

BREAK_GLASS = "proposals.break_glass"
REVIEW_WITHIN = timedelta(days=3)


@transaction.atomic
def break_glass(*, proposal_id: int, by: User, content_hash: str, assessment_id: int, note: str) -> LaterReview:
    """Approve at once what still wants other people, an estimate or the end of a thread.

    It needs the right, a second factor whatever the settings say, and a reason; never one's own proposal, nor while a
    later review of an earlier emergency is overdue. Locks the proposal. Raises DecisionRefused, InvalidTransition.
    """
    proposal = to_approve(proposal_id, by, content_hash, assessment_id)
    _require_breaker(by)
    require_reason(note)
    require_no_expired_waiver(proposal)
    overridden = list(_in_the_way(proposal, by))
    if not overridden:
        raise DecisionRefused("nothing stands in the way; approve it")
    own = approvals_of(proposal).filter(by=by).first()
    decision = own or record_decision(proposal, Decision.Kind.APPROVE, by, note)
    review = LaterReview.objects.create(
        proposal=proposal, decision=decision, overridden=overridden, due_at=timezone.now() + REVIEW_WITHIN
    )
    said = {"decision": decision.pk, "overridden": overridden}
    change_status(proposal, Status.APPROVED, name="broke_glass", by=Actor.of(by), note=note, **said)
    release(proposal, Actor.of(by))
    return review


@transaction.atomic
def review_later(*, review_id: int, by: User, verdict: str, note: str) -> LaterReview:
    """Say whether the emergency was one: another person, with a reason. Once. Locks the proposal.

    Raises DecisionRefused, LaterReview.DoesNotExist.
    """
    proposal = lock_proposal(LaterReview.objects.only("proposal").get(pk=review_id).proposal_id)
    review = LaterReview.objects.select_related("decision").get(pk=review_id)
    require_reviewer(by)
    require_reason(note)
    if review.decision.by_id == by.pk:
        raise NotAllowed("you broke the glass; another person must review it")
    if verdict not in LaterReview.Verdict.values:
        raise DecisionRefused("say whether it is upheld, or should not have been")
    if review.reviewed_at is not None:
        raise DecisionRefused(f"{review.reviewed_by} reviewed it already")
    review.verdict, review.note, review.reviewed_by, review.reviewed_at = verdict, note, by, timezone.now()
    review.save(update_fields=["verdict", "note", "reviewed_by", "reviewed_at"])
    said = f"{review.get_verdict_display()}: {note}"
    write_event(proposal, name="reviewed_later", before=proposal.status, by=Actor.of(by), note=said)
    return review


def _require_breaker(by: User) -> None:
    if not by.may(BREAK_GLASS):
        raise NotAllowed("you may not break the glass; ask for the Leads group")
    if not by.has_given_second_factor:
        raise NotAllowed("breaking the glass needs a second factor; set one up, and log in with its code")
    owed = LaterReview.objects.open().filter(decision__by=by, due_at__lte=timezone.now())
    if owed.exists():
        raise DecisionRefused("a later review of what you approved so before is overdue; have it made first")


def _in_the_way(proposal: Proposal, by: User) -> Iterator[str]:
    """What an approval by this person alone would not get past."""
    own = approvals_of(proposal).filter(by=by).exists()
    others = approvals_missing(proposal) - (not own)
    if others > 0:
        yield f"{others} more approval{'s' if others > 1 else ''}"
    if proposal.status == Status.BLOCKED and not proposal.estimates.filter(by=by).exists():
        yield "an estimate of their own"
    yield from (f"a blocking thread on {each}" for each in LineThread.objects.blocking().filter(proposal=proposal))
