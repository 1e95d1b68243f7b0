"""Judging a proposal again: under the policy in force and the waivers that stand."""

from __future__ import annotations

from proposals.actors import Actor
from proposals.models import Assessment, MitigationCheck, Proposal, Waiver
from proposals.services.assessment import assess_content
from proposals.services.status import change_status, write_event
from proposals.states import Status

REASSESSABLE = frozenset({Status.RETURNED, Status.BLOCKED, Status.NEEDS_MITIGATION, Status.CLEARED})


def can_reassess(proposal: Proposal) -> bool:
    """Whether the proposal still waits for anything: neither decided, nor ended, nor let go ahead by the policy."""
    if proposal.status not in REASSESSABLE or proposal.duplicate_of_id is not None:
        return False
    return not (proposal.status == Status.CLEARED and proposal.events.filter(name="released").exists())


def assess_standing(proposal: Proposal, *, measured: int) -> Assessment:
    """Judge a proposal's content under the waivers that stand and the checks of mitigations that passed."""
    waivers = Waiver.objects.standing().filter(proposal=proposal)
    return assess_content(
        proposal.report,
        measured=measured,
        waived=frozenset(waivers.values_list("fingerprint", flat=True)),
        is_mitigated=_is_mitigated(proposal),
        measurements=proposal.measured_before,
        hashed_as=proposal.content_hash,
    )


def _is_mitigated(proposal: Proposal) -> bool:
    """Whether at least one check ran and none failed the last time it ran."""
    checks = MitigationCheck.objects.filter(proposal=proposal).order_by("statement", "-id").distinct("statement")
    said = list(checks.values_list("passed", flat=True))
    return bool(said) and all(said)


def reassess(proposal: Proposal, *, by: Actor, name: str, note: str) -> Assessment:
    """Judge a proposal, locked by the caller, again, and write the event ``name``. Releases nothing.

    The status follows the outcome, unless a person moved it since: what was sent back or reopened stays so. What a
    waiver or a check clears still waits for a person's approval: whoever did that has not approved the change.
    """
    before = proposal.assessment
    assessment = assess_standing(proposal, measured=before.measured if before else 0)
    follows = before is not None and proposal.status == before.outcome
    proposal.assessment, proposal.band, proposal.severity = assessment, assessment.band, assessment.severity
    proposal.save(update_fields=["assessment", "band", "severity"])
    after = Status(assessment.outcome)
    if follows and proposal.status != after:
        change_status(proposal, after, name=name, by=by, note=note, assessment=assessment.pk)
    else:
        write_event(proposal, name=name, before=proposal.status, by=by, note=note, assessment=assessment.pk)
    return assessment
