"""Judging a proposal again: under the policy in force and the waivers that stand."""

from __future__ import annotations

from proposals.actors import Actor
from proposals.models import Assessment, Proposal, Waiver
from proposals.services.assessment import assess_content
from proposals.services.status import change_status, write_event
from proposals.states import Status

REASSESSABLE = frozenset({Status.RETURNED, Status.BLOCKED, Status.NEEDS_MITIGATION, Status.CLEARED})


def can_reassess(proposal: Proposal) -> bool:
    """Whether the proposal still waits for anything: neither decided, nor ended, nor let go ahead by the policy."""
    if proposal.status not in REASSESSABLE or proposal.duplicate_of_id is not None:
        return False
    return not (proposal.status == Status.CLEARED and proposal.events.filter(name="released").exists())


def standing_waivers(proposal: Proposal) -> frozenset[str]:
    """The fingerprints of the findings that are waived now."""
    return frozenset(Waiver.objects.standing().filter(proposal=proposal).values_list("fingerprint", flat=True))


def reassess(proposal: Proposal, *, by: Actor, name: str, note: str) -> Assessment:
    """Judge a proposal, locked by the caller, again, and write the event ``name``. Releases nothing.

    The status follows the outcome, unless a person moved it since: what was sent back or reopened stays so. What a
    waiver clears still waits for a person's approval: whoever waives a finding has not approved the change.
    """
    before = proposal.assessment
    measured = before.measured if before else 0
    assessment = assess_content(
        proposal.report, measured=measured, waived=standing_waivers(proposal), hashed_as=proposal.content_hash
    )
    follows = before is not None and proposal.status == before.outcome
    proposal.assessment, proposal.band, proposal.severity = assessment, assessment.band, assessment.severity
    proposal.save(update_fields=["assessment", "band", "severity"])
    after = Status(assessment.outcome)
    if follows and proposal.status != after:
        change_status(proposal, after, name=name, by=by, note=note, assessment=assessment.pk)
    else:
        write_event(proposal, name=name, before=proposal.status, by=by, note=note, assessment=assessment.pk)
    return assessment
