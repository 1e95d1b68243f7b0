"""What the tasks of a proposal mean for the proposal."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef

from execution.models import ExecutionTask
from execution.states import TaskStatus
from proposals.actors import Actor
from proposals.models import Proposal
from proposals.services import record_execution
from proposals.states import TRANSITIONS, Status

FOR_PEOPLE = (ExecutionTask.Kind.PERSON, ExecutionTask.Kind.IDEA)
_NOTES = {
    Status.EXECUTED: "Every task succeeded.",
    Status.FAILED: "A task failed, or nothing was done.",
    Status.ROLLED_BACK: "What had been executed is rolled back.",
}


def report_outcome(proposal_id: int, by: Actor) -> None:
    """Record executed, failed or rolled back once the leaf tasks say so; before that, nothing. Safe at any time.

    Work for people does not hold up what machines did: a plan is executed when its SQL is, and its way back is open.
    Locks the proposal when there is something to record.
    """
    leaves = _leaves(proposal_id)
    outcome = outcome_of(leaves)
    if outcome is None:
        return
    waiting = sum(status == TaskStatus.WAITING for _, status in leaves)
    note = _NOTES[outcome] + (f" {waiting} still wait for people." if waiting and outcome == Status.EXECUTED else "")
    current = Status(
        Proposal.objects.select_for_update(of=("self",)).values_list("status", flat=True).get(pk=proposal_id)
    )
    if outcome == Status.ROLLED_BACK and current in {Status.CLEARED, Status.APPROVED}:
        record_execution(proposal_id=proposal_id, outcome=Status.EXECUTED, by=by, note="Part of it was executed.")
        current = Status.EXECUTED
    if outcome in TRANSITIONS[current]:
        record_execution(proposal_id=proposal_id, outcome=outcome, by=by, note=note)


def outcome_of(leaves: Collection[tuple[str, str]]) -> Status | None:
    """What kinds and statuses of all leaf tasks come to; None while that is open."""
    left = [(kind, status) for kind, status in leaves if status != TaskStatus.CANCELLED]
    if not left:
        return Status.FAILED if leaves else None
    by_machines = {status for kind, status in left if kind not in FOR_PEOPLE}
    decisive = by_machines or {status for _, status in left}
    if TaskStatus.ROLLED_BACK in decisive and decisive <= {TaskStatus.ROLLED_BACK, TaskStatus.FAILED}:
        return Status.ROLLED_BACK
    if TaskStatus.FAILED in decisive:
        return Status.FAILED
    return Status.EXECUTED if decisive == {TaskStatus.SUCCEEDED} else None


def _leaves(proposal_id: int) -> list[tuple[str, str]]:
    """The tasks without parts. A draft is no part: what a model wrote is decided as a proposal of its own."""
    parts = ExecutionTask.objects.exclude(kind=ExecutionTask.Kind.DRAFT)
    leaves = parts.filter(~Exists(parts.filter(parent=OuterRef("pk"))), proposal=proposal_id)
    return list(leaves.values_list("kind", "status"))
