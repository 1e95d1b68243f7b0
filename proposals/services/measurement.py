"""A rehearsal's word on reversibility, as a judgement of its own."""

from __future__ import annotations

from django.db import transaction

from proposals.actors import Actor
from proposals.gate import Outcome
from proposals.models import Assessment, Proposal
from proposals.services.reassessment import assess_standing
from proposals.services.status import change_status, lock_proposal, write_event
from proposals.states import DECIDABLE, WAITING, Status


@transaction.atomic
def record_measurement(*, proposal_id: int, reversibility: int, note: str) -> Assessment | None:
    """Judge an undecided proposal again with the reversibility (1..3) that a rehearsal measured.

    None, and nothing changes, when the proposal is decided or released, or when the judgement said so already. What
    waits for a person goes on waiting for one, however harmless it turns out to be. Idempotent. Locks the proposal.
    """
    proposal = lock_proposal(proposal_id)
    judged = proposal.assessment
    if judged is None or judged.reversibility == reversibility or not _is_undecided(proposal):
        return None
    assessment = assess_standing(proposal, measured=reversibility)
    proposal.assessment, proposal.band, proposal.severity = assessment, assessment.band, assessment.severity
    proposal.save(update_fields=["assessment", "band", "severity"])
    policy, after = Actor.of_policy(assessment.policy), _status_after(proposal, assessment)
    if after == proposal.status:
        write_event(proposal, name="reassessed", before=after, by=policy, note=note, assessment=assessment.pk)
    else:
        change_status(proposal, after, name="reassessed", by=policy, note=note, assessment=assessment.pk)
    return assessment


def _is_undecided(proposal: Proposal) -> bool:
    return proposal.status in DECIDABLE and not proposal.events.filter(name="released").exists()


def _status_after(proposal: Proposal, assessment: Assessment) -> Status:
    before = Status(proposal.status)
    if assessment.outcome in {Outcome.BLOCKED, Outcome.NEEDS_MITIGATION}:
        return Status(assessment.outcome)
    return Status.NEEDS_MITIGATION if before in WAITING else before
