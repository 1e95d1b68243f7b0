"""What operators do with a proposal: decide, withdraw, reopen."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from proposals.actors import Actor
from proposals.models import Assessment, Decision, Estimate, LineThread, Proposal, User, Waiver
from proposals.releases import release
from proposals.services.second_opinion import Estimated, asks_for_second_opinion, record_estimate
from proposals.services.status import band_in_rules, change_status, lock_proposal, write_event
from proposals.services.storable import storable
from proposals.states import InvalidTransition, Status, ensure_transition

REASON_LENGTH = 10


class DecisionRefused(Exception):
    """Why this cannot be done to this proposal now; the message says it in words."""


class NotAllowed(DecisionRefused):
    """This account may not do it, whatever the proposal's state."""


class ReasonTooShort(DecisionRefused):
    """A reason is asked for, and none worth the name was given."""


class DecisionStale(DecisionRefused):
    """The proposal was assessed again since it was shown."""


class EstimateMissing(DecisionRefused):
    """A blocked proposal is approved by people who said first how dangerous they take it for."""


@transaction.atomic
def approve_proposal(
    *,
    proposal_id: int,
    by: User,
    content_hash: str,
    assessment_id: int,
    note: str = "",
    estimate: Estimated | None = None,
    seconds_on_page: int | None = None,
) -> Decision:
    """Approve what was on the screen; the last approval that is needed releases it for execution.

    A blocked one needs an estimate of the approver's own, given before (see `estimate_risk`) or now. Locks the
    proposal. Raises DecisionRefused, InvalidTransition.
    """
    proposal = to_approve(proposal_id, by, content_hash, assessment_id)
    require_no_expired_waiver(proposal)
    if approvals_of(proposal).filter(by=by).exists():
        raise DecisionRefused("you approved this already; it needs another person's approval")
    _require_no_blocking_thread(proposal)
    _require_estimate(proposal, by, estimate)
    decision = record_decision(proposal, Decision.Kind.APPROVE, by, note, seconds_on_page)
    missing = approvals_missing(proposal)
    if missing:
        write_event(
            proposal,
            name="approval",
            before=proposal.status,
            by=Actor.of(by),
            note=note,
            decision=decision.pk,
            missing=missing,
        )
        return decision
    change_status(proposal, Status.APPROVED, name="approved", by=Actor.of(by), note=note, decision=decision.pk)
    release(proposal, Actor.of(by))
    return decision


@transaction.atomic
def estimate_risk(
    *, proposal_id: int, by: User, content_hash: str, assessment_id: int, estimate: Estimated
) -> Estimate:
    """Write down a reviewer's own likelihood and damage. The same again changes nothing; others are refused.

    Locks the proposal. Raises DecisionRefused, InvalidTransition.
    """
    return _estimate(to_approve(proposal_id, by, content_hash, assessment_id), by, estimate)


@transaction.atomic
def reject_proposal(
    *,
    proposal_id: int,
    by: User,
    content_hash: str,
    assessment_id: int,
    note: str,
    seconds_on_page: int | None = None,
) -> Decision:
    """Reject for good, with a reason. Locks the proposal. Raises DecisionRefused, InvalidTransition."""
    proposal = _to_decide(proposal_id, by, content_hash, assessment_id, after=Status.REJECTED)
    require_reason(note)
    decision = record_decision(proposal, Decision.Kind.REJECT, by, note, seconds_on_page)
    change_status(proposal, Status.REJECTED, name="rejected", by=Actor.of(by), note=note, decision=decision.pk)
    return decision


@transaction.atomic
def send_back_proposal(
    *,
    proposal_id: int,
    by: User,
    content_hash: str,
    assessment_id: int,
    note: str,
    seconds_on_page: int | None = None,
) -> Decision:
    """Return it to its producer with what to mend. Locks the proposal. Raises DecisionRefused, InvalidTransition."""
    proposal = _to_decide(proposal_id, by, content_hash, assessment_id, after=Status.RETURNED)
    require_reason(note)
    decision = record_decision(proposal, Decision.Kind.SEND_BACK, by, note, seconds_on_page)
    change_status(proposal, Status.RETURNED, name="sent_back", by=Actor.of(by), note=note, decision=decision.pk)
    return decision


@transaction.atomic
def reopen_proposal(*, proposal_id: int, by: User, note: str) -> Proposal:
    """Put a returned proposal before the operators after all, as blocked. Raises DecisionRefused, InvalidTransition."""
    proposal = lock_proposal(proposal_id)
    require_reviewer(by)
    require_reason(note)
    if proposal.status != Status.RETURNED:
        raise InvalidTransition(proposal.status, Status.BLOCKED)
    change_status(proposal, Status.BLOCKED, name="reopened", by=Actor.of(by), note=note)
    return proposal


@transaction.atomic
def withdraw_proposal(*, proposal_id: int, by: User, note: str = "") -> Proposal:
    """Take back what one submitted. Raises DecisionRefused for anybody else, InvalidTransition."""
    proposal = lock_proposal(proposal_id)
    if proposal.submitted_by_id != by.pk:
        raise NotAllowed("only the account that submitted a proposal can withdraw it")
    _ensure_not_released(proposal, Status.WITHDRAWN)
    change_status(proposal, Status.WITHDRAWN, name="withdrawn", by=Actor.of(by), note=note)
    return proposal


def lacks_second_factor(by: User) -> bool:
    """Whether approvers have to give a second factor and this one did not."""
    return settings.APPROVERS_NEED_SECOND_FACTOR and not by.has_given_second_factor


def approvals_missing(proposal: Proposal) -> int:
    """How many more people must approve before the proposal goes ahead: by the policy that judged it, and one more
    where a person's estimate is far from the engine's.
    """
    return max(0, approvals_needed(proposal) - approvals_of(proposal).count())


def approvals_needed(proposal: Proposal) -> int:
    """How many people must approve in all what is judged now. One query."""
    return approvals_by_policy(proposal) + asks_for_second_opinion(proposal)


def approvals_by_policy(proposal: Proposal) -> int:
    """How many the policy that judged it asks for, whatever people estimate. No query where the policy is read."""
    judged = proposal.assessment
    return judged.policy.rules.approvals[band_in_rules(proposal)] if judged else 1


def approvals_of(proposal: Proposal) -> models.QuerySet[Decision]:
    """The approvals of what is judged now."""
    return Decision.objects.filter(proposal=proposal, kind=Decision.Kind.APPROVE, assessment=proposal.assessment_id)


def _to_decide(proposal_id: int, by: User, content_hash: str, assessment_id: int, *, after: Status) -> Proposal:
    proposal = lock_proposal(proposal_id)
    require_reviewer(by)
    _ensure_not_released(proposal, after)
    if (proposal.content_hash, proposal.assessment_id) != (content_hash, assessment_id):
        raise DecisionStale("this proposal was assessed again since you opened it; read it once more, then decide")
    return proposal


def to_approve(proposal_id: int, by: User, content_hash: str, assessment_id: int) -> Proposal:
    """The proposal, locked, for somebody to approve as it was shown. Raises DecisionRefused, InvalidTransition."""
    proposal = _to_decide(proposal_id, by, content_hash, assessment_id, after=Status.APPROVED)
    if proposal.submitted_by_id == by.pk:
        raise NotAllowed("you submitted this proposal; another person must approve it")
    if lacks_second_factor(by):
        raise NotAllowed("approving needs a second factor; set one up in the admin, and log in with its code")
    return proposal


def require_no_expired_waiver(proposal: Proposal) -> None:
    """Raise DecisionStale where the assessment rests on a waiver that ran out."""
    if Waiver.objects.standing().filter(proposal=proposal, ends_at__lte=timezone.now()).exists():
        raise DecisionStale("a waiver that this assessment rests on ran out; it is assessed again within the hour")


def _require_no_blocking_thread(proposal: Proposal) -> None:
    open_ones = list(LineThread.objects.blocking().filter(proposal=proposal).order_by("id")[:3])
    if open_ones:
        where = ", ".join(str(each) for each in open_ones)
        raise DecisionRefused(f"a blocking thread is open ({where}); resolve it first")


def _require_estimate(proposal: Proposal, by: User, estimate: Estimated | None) -> None:
    if estimate is not None:
        _estimate(proposal, by, estimate)
    elif proposal.status == Status.BLOCKED and not proposal.estimates.filter(by=by).exists():
        raise EstimateMissing("this is blocked; give your own likelihood and damage before you approve it")


def _estimate(proposal: Proposal, by: User, estimate: Estimated) -> Estimate:
    found = record_estimate(proposal, by=by, estimate=estimate)
    if (found.likelihood, found.damage) != (estimate.likelihood, estimate.damage):
        raise DecisionRefused(f"you estimated this before ({found}); the first thought stays")
    return found


def _ensure_not_released(proposal: Proposal, after: Status) -> None:
    """A proposal that the policy let go ahead is past deciding, though its status is still cleared."""
    ensure_transition(proposal.status, after)
    if proposal.status == Status.CLEARED and proposal.events.filter(name="released").exists():
        raise DecisionRefused("the policy already let this proposal go ahead; roll its tasks back instead")


def require_reviewer(by: User) -> None:
    """Raise NotAllowed unless this is a person who may decide."""
    if not by.is_person:
        raise NotAllowed("services and AI models never decide; a person must")
    if not by.has_perm("proposals.decide_proposal"):
        raise NotAllowed("you may not decide proposals; ask for the Operators group")


def require_status(proposal: Proposal, among: Collection[Status], what: str) -> None:
    """Raise DecisionRefused, saying ``what`` cannot be done, unless the proposal stands in one of these statuses."""
    if proposal.status not in among:
        raise DecisionRefused(f"this proposal is {proposal.get_status_display().lower()}; {what}")


def require_words(text: str, *, too_long: str, most: int) -> str:
    """What somebody typed, as it is stored. Raises ReasonTooShort without any, DecisionRefused beyond ``most``."""
    said = storable(text.strip())
    if not said:
        raise ReasonTooShort("write something first")
    if len(said) > most:
        raise DecisionRefused(too_long)
    return said


def require_reason(note: str) -> None:
    """Raise ReasonTooShort unless it is one."""
    if len(note.strip()) < REASON_LENGTH:
        raise ReasonTooShort(f"give a reason of at least {REASON_LENGTH} characters")


def record_decision(
    proposal: Proposal, kind: Decision.Kind, by: User, note: str, seconds_on_page: int | None = None
) -> Decision:
    """The row alone, bound to what the locked proposal holds."""
    return Decision.objects.create(
        proposal=proposal,
        kind=kind,
        by=by,
        note=note,
        content_hash=proposal.content_hash,
        assessment=cast("Assessment", proposal.assessment),  # without one the binding was refused
        seconds_on_page=seconds_on_page,
    )
