"""What operators do with a proposal: decide, claim, withdraw, reopen."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from proposals.actors import Actor
from proposals.gate import Outcome
from proposals.models import Assessment, Decision, Estimate, LineThread, Proposal, User, Waiver
from proposals.releases import release
from proposals.services.second_opinion import Estimated, asks_for_second_opinion, record_estimate
from proposals.services.status import change_status, lock_proposal, write_event
from proposals.states import OPEN, InvalidTransition, Status, ensure_transition

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
    proposal = _to_approve(proposal_id, by, content_hash, assessment_id)
    if Waiver.objects.standing().filter(proposal=proposal, ends_at__lte=timezone.now()).exists():
        raise DecisionStale("a waiver that this assessment rests on ran out; it is assessed again within the hour")
    if _approvals(proposal).filter(by=by).exists():
        raise DecisionRefused("you approved this already; it needs another person's approval")
    _require_no_blocking_thread(proposal)
    _require_estimate(proposal, by, estimate)
    decision = _decide(proposal, Decision.Kind.APPROVE, by, note, seconds_on_page)
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
    return _estimate(_to_approve(proposal_id, by, content_hash, assessment_id), by, estimate)


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
    _require_reason(note)
    decision = _decide(proposal, Decision.Kind.REJECT, by, note, seconds_on_page)
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
    _require_reason(note)
    decision = _decide(proposal, Decision.Kind.SEND_BACK, by, note, seconds_on_page)
    change_status(proposal, Status.RETURNED, name="sent_back", by=Actor.of(by), note=note, decision=decision.pk)
    return decision


@transaction.atomic
def reopen_proposal(*, proposal_id: int, by: User, note: str) -> Proposal:
    """Put a returned proposal before the operators after all, as blocked. Raises DecisionRefused, InvalidTransition."""
    proposal = lock_proposal(proposal_id)
    _require_reviewer(by)
    _require_reason(note)
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


@transaction.atomic
def claim_proposal(*, proposal_id: int, by: User) -> Proposal:
    """Say that one looks at it. Claiming again changes nothing. Raises DecisionRefused when another has it."""
    proposal = lock_proposal(proposal_id)
    if not by.may("proposals.claim_proposal"):
        raise NotAllowed("you may not claim proposals; ask for the Operators group")
    if proposal.status not in OPEN:
        raise DecisionRefused(f"this proposal is {proposal.get_status_display().lower()}; there is nothing to claim")
    if proposal.claimed_by_id == by.pk:
        return proposal
    if proposal.claimed_by_id is not None:
        raise DecisionRefused(f"{proposal.claimed_by} has claimed this proposal")
    proposal.claimed_by, proposal.claimed_at = by, timezone.now()
    proposal.save(update_fields=["claimed_by", "claimed_at"])
    write_event(proposal, name="claimed", before=proposal.status, by=Actor.of(by))
    return proposal


@transaction.atomic
def release_claim(*, proposal_id: int, by: User) -> Proposal:
    """Give one's claim back; nothing happens without one. Raises DecisionRefused for somebody else's claim."""
    proposal = lock_proposal(proposal_id)
    if proposal.claimed_by_id is None:
        return proposal
    if proposal.claimed_by_id != by.pk:
        raise DecisionRefused(f"{proposal.claimed_by} has claimed this proposal; only they can release it")
    proposal.claimed_by = proposal.claimed_at = None
    proposal.save(update_fields=["claimed_by", "claimed_at"])
    write_event(proposal, name="claim_released", before=proposal.status, by=Actor.of(by))
    return proposal


def lacks_second_factor(by: User) -> bool:
    """Whether approvers have to give a second factor and this one did not."""
    return settings.APPROVERS_NEED_SECOND_FACTOR and not by.has_given_second_factor


def approvals_missing(proposal: Proposal) -> int:
    """How many more people must approve before the proposal goes ahead: by the policy that judged it, and one more
    where a person's estimate is far from the engine's.
    """
    if proposal.assessment is None:
        return 1
    judged = proposal.assessment
    needed = judged.policy.rules.approvals["returned" if judged.outcome == Outcome.RETURNED else judged.band]
    return max(0, needed + asks_for_second_opinion(proposal) - _approvals(proposal).count())


def _approvals(proposal: Proposal) -> models.QuerySet[Decision]:
    return Decision.objects.filter(proposal=proposal, kind=Decision.Kind.APPROVE, assessment=proposal.assessment_id)


def _to_decide(proposal_id: int, by: User, content_hash: str, assessment_id: int, *, after: Status) -> Proposal:
    proposal = lock_proposal(proposal_id)
    _require_reviewer(by)
    _ensure_not_released(proposal, after)
    if (proposal.content_hash, proposal.assessment_id) != (content_hash, assessment_id):
        raise DecisionStale("this proposal was assessed again since you opened it; read it once more, then decide")
    return proposal


def _to_approve(proposal_id: int, by: User, content_hash: str, assessment_id: int) -> Proposal:
    proposal = _to_decide(proposal_id, by, content_hash, assessment_id, after=Status.APPROVED)
    if proposal.submitted_by_id == by.pk:
        raise NotAllowed("you submitted this proposal; another person must approve it")
    if lacks_second_factor(by):
        raise NotAllowed("approving needs a second factor; set one up in the admin, and log in with its code")
    return proposal


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


def _require_reviewer(by: User) -> None:
    if not by.is_person:
        raise NotAllowed("services and AI models never decide; a person must")
    if not by.has_perm("proposals.decide_proposal"):
        raise NotAllowed("you may not decide proposals; ask for the Operators group")


def _require_reason(note: str) -> None:
    if len(note.strip()) < REASON_LENGTH:
        raise ReasonTooShort(f"give a reason of at least {REASON_LENGTH} characters")


def _decide(proposal: Proposal, kind: Decision.Kind, by: User, note: str, seconds_on_page: int | None) -> Decision:
    return Decision.objects.create(
        proposal=proposal,
        kind=kind,
        by=by,
        note=note,
        content_hash=proposal.content_hash,
        assessment=cast("Assessment", proposal.assessment),  # without one the binding was refused
        seconds_on_page=seconds_on_page,
    )
