"""Approving some of a plan."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from execution.models import ExecutionTask, PlanChoice
from execution.plans import parts_of
from execution.services.enqueue import kind_of
from execution.services.rights import ExecutionRefused
from proposals.gate import Rules
from proposals.models import Decision, Proposal, User
from proposals.services import Estimated, approve_proposal


@transaction.atomic
def approve_parts(
    *,
    proposal_id: int,
    by: User,
    content_hash: str,
    assessment_id: int,
    chosen: Collection[str],
    note: str = "",
    estimate: Estimated | None = None,
) -> Decision:
    """Approve a plan without the parts that are not chosen (see `Part.key`); those are kept as not approved.

    With several approvals a part goes ahead that all of them chose. Locks the proposal. Raises ExecutionRefused for
    what is no plan or chooses nothing, DecisionRefused, InvalidTransition, Proposal.DoesNotExist.
    """
    proposal = Proposal.objects.select_related("assessment__policy").get(pk=proposal_id)
    if kind_of(proposal) != ExecutionTask.Kind.PLAN:
        raise ExecutionRefused("only a plan can be approved in part")
    rules = proposal.assessment.policy.rules if proposal.assessment else Rules()
    keys = {part.key for part in parts_of(proposal.report, rules)}
    if not set(chosen) <= keys:
        raise ExecutionRefused("this plan has no such part; reload the page")
    if not chosen:
        raise ExecutionRefused("choose at least one part, or reject the plan")
    decision = approve_proposal(
        proposal_id=proposal_id,
        by=by,
        content_hash=content_hash,
        assessment_id=assessment_id,
        note=note,
        estimate=estimate,
    )
    PlanChoice.objects.create(decision=decision, left_out=sorted(keys - set(chosen)))
    return decision
