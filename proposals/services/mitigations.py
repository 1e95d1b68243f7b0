"""Running the check of a mitigation, and judging again by what it said."""

from __future__ import annotations

from django.db import transaction

from proposals.actors import Actor
from proposals.checks import run_check
from proposals.models import Assessment, MitigationCheck, Proposal, User
from proposals.services.reassessment import can_reassess, reassess
from proposals.services.review import REASON_LENGTH, DecisionRefused, NotAllowed, ReasonTooShort
from proposals.services.status import lock_proposal
from proposals.services.storable import storable


def run_mitigation_check(*, proposal_id: int, by: User, mitigation: str, statement: str) -> MitigationCheck:
    """Ask the target whether a mitigation is in place, record the answer, and judge the proposal again by it.

    The check runs before the transaction; the proposal is locked afterwards. Raises CheckRefused (nothing ran),
    DecisionRefused: without the right, by the submitter, or when nothing is left to decide.
    """
    _require_right(Proposal.objects.defer("received", "text").get(pk=proposal_id), by)
    if len(mitigation.strip()) < REASON_LENGTH:
        raise ReasonTooShort(f"say in at least {REASON_LENGTH} characters what the check proves")
    result = run_check(statement)
    with transaction.atomic():
        proposal = lock_proposal(proposal_id)
        check = MitigationCheck.objects.create(
            proposal=proposal,
            assessment=_require_right(proposal, by),
            mitigation=storable(mitigation.strip()),
            statement=storable(statement.strip()),
            passed=result.passed,
            detail=storable(result.detail),
            by=by,
        )
        note = f"{check.mitigation}: {check.detail}"
        reassess(proposal, by=Actor.of(by), name="mitigation_checked", note=note)
    return check


def _require_right(proposal: Proposal, by: User) -> Assessment:
    if not by.may("proposals.decide_proposal"):
        raise NotAllowed("you may not run checks; ask for the Operators group")
    if proposal.submitted_by_id == by.pk:
        raise NotAllowed("you submitted this proposal; another person must check its mitigations")
    if proposal.assessment is None or not can_reassess(proposal):
        raise DecisionRefused(f"this proposal is {proposal.get_status_display().lower()}; there is nothing to mitigate")
    return proposal.assessment
