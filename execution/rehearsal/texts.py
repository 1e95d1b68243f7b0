"""The SQL that a proposal would run."""

from __future__ import annotations

from execution.models import ExecutionTask
from execution.plans import sql_fences
from execution.services.enqueue import kind_of
from proposals.gate import Rules
from proposals.models import Proposal

Kind = ExecutionTask.Kind
_FENCES = ("```", "~~~")


def may_hold_sql(proposal: Proposal) -> bool:
    """Whether looking for SQL is worth the while; cheap."""
    kind = kind_of(proposal)
    return kind == Kind.SQL or (kind == Kind.PLAN and any(fence in proposal.text for fence in _FENCES))


def sql_texts_of(proposal: Proposal) -> list[str]:
    """The texts that tasks of the proposal would run, in order."""
    kind = kind_of(proposal)
    if kind == Kind.SQL and proposal.frame:
        return [proposal.frame.content]
    if kind != Kind.PLAN:
        return []
    judged = proposal.assessment
    fences = sql_fences(proposal.report, judged.policy.rules if judged else Rules())
    return [fence.text for fence in fences if not fence.error]
