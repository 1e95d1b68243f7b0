"""Accepting a finding for a while, and taking that back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from proposals.actors import Actor
from proposals.gate.waiving import why_not_waivable
from proposals.models import Finding, Proposal, User, Waiver
from proposals.services.reassessment import can_reassess, reassess
from proposals.services.review import REASON_LENGTH, DecisionRefused, NotAllowed, ReasonTooShort
from proposals.services.status import lock_proposal

LONGEST_WAIVER = timedelta(days=90)


@transaction.atomic
def waive_finding(*, proposal_id: int, finding_id: int, by: User, reason: str, ends_at: datetime) -> Waiver:
    """Accept one finding of the proposal's assessment until ``ends_at``, at most 90 days ahead; it is judged again.

    Locks the proposal. Raises DecisionRefused: without the right, by the submitter, without a reason, for a finding
    that nobody may waive (see `proposals.gate.waiving`), or when nothing is left to decide.
    """
    proposal = lock_proposal(proposal_id)
    _require_waiver(by)
    if proposal.submitted_by_id == by.pk:
        raise NotAllowed("you submitted this proposal; another person must waive its findings")
    if len(reason.strip()) < REASON_LENGTH:
        raise ReasonTooShort(f"give a reason of at least {REASON_LENGTH} characters")
    if not timezone.now() < ends_at <= timezone.now() + LONGEST_WAIVER:
        raise DecisionRefused(f"a waiver ends in the future, within {LONGEST_WAIVER.days} days")
    finding = _finding(proposal, finding_id)
    waiver = Waiver.objects.create(
        proposal=proposal,
        fingerprint=finding.fingerprint,
        rule_id=finding.rule_id,
        by=by,
        reason=reason.strip(),
        ends_at=ends_at,
    )
    note = f"{finding.rule_id} is waived until {ends_at:%Y-%m-%d}: {waiver.reason}"
    reassess(proposal, by=Actor.of(by), name="finding_waived", note=note)
    return waiver


@transaction.atomic
def revoke_waiver(*, waiver_id: int, by: User) -> Waiver:
    """Take a waiver back; the proposal is judged again if it still waits. Revoking again changes nothing.

    Locks the proposal. Raises DecisionRefused without the right, Waiver.DoesNotExist.
    """
    _require_waiver(by)
    proposal = lock_proposal(Waiver.objects.only("proposal").get(pk=waiver_id).proposal_id)
    waiver = Waiver.objects.select_for_update().get(pk=waiver_id)
    if waiver.ended_at is None:
        _end(waiver, proposal, by)
    return waiver


def end_waivers(*, limit: int = 500) -> int:
    """End up to ``limit`` waivers that ran out, each in its own transaction; return how many.

    Proposals that somebody is deciding right now are met again at the next sweep.
    """
    due = Waiver.objects.standing().filter(ends_at__lte=timezone.now()).order_by("ends_at")
    return sum(_end_due(waiver_id, proposal_id) for waiver_id, proposal_id in due.values_list("pk", "proposal")[:limit])


@transaction.atomic
def _end_due(waiver_id: int, proposal_id: int) -> bool:
    free = Proposal.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=proposal_id)
    if not free.only("pk").exists():
        return False
    waiver = Waiver.objects.select_for_update().get(pk=waiver_id)
    if waiver.ended_at is None:
        _end(waiver, lock_proposal(proposal_id), None)
    return True


def _end(waiver: Waiver, proposal: Proposal, by: User | None) -> None:
    waiver.ended_at, waiver.ended_by = timezone.now(), by
    waiver.save(update_fields=["ended_at", "ended_by"])
    if can_reassess(proposal):
        actor, name = (Actor.of(by), "waiver_revoked") if by else (Actor.system(), "waiver_ended")
        reassess(proposal, by=actor, name=name, note=f"{waiver.rule_id} counts again.")


def _require_waiver(by: User) -> None:
    if not by.is_person:
        raise NotAllowed("services and AI models never waive findings; a person must")
    if not by.has_perm("proposals.waive_finding"):
        raise NotAllowed("you may not waive findings; ask for the Leads group")


def _finding(proposal: Proposal, finding_id: int) -> Finding:
    """The finding to waive. Raises DecisionRefused."""
    if not can_reassess(proposal):
        raise DecisionRefused(f"this proposal is {proposal.get_status_display().lower()}; no finding is left to waive")
    finding = Finding.objects.filter(pk=finding_id, assessment=proposal.assessment_id).first()
    if finding is None:
        raise DecisionRefused("this proposal was assessed again since you opened it; read it once more")
    if why_not := why_not_waivable(finding.rule_id):
        raise DecisionRefused(f"{finding.rule_id} cannot be waived: {why_not}")
    if finding.is_waived:
        raise DecisionRefused("this finding is waived already")
    return finding
