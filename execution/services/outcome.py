"""What the tasks of a proposal mean for the proposal."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from execution.models import ExecutionTask
from execution.queue.statements import fetch_all
from execution.states import TaskStatus
from proposals.actors import Actor
from proposals.services import follow_execution
from proposals.states import Status

FOR_PEOPLE = (ExecutionTask.Kind.PERSON, ExecutionTask.Kind.IDEA)
_NOTES = {
    Status.EXECUTED: "Every task succeeded.",
    Status.FAILED: "A task failed, or nothing was done.",
    Status.ROLLED_BACK: "What had been executed is rolled back.",
}
# The tasks without parts. A draft is no part: what a model wrote is decided as a proposal of its own.
LEAVES: Final = """
SELECT kind, status, count(*) FROM execution_tasks AS task
WHERE proposal_id = %(proposal)s AND kind <> 'draft' AND NOT EXISTS (
    SELECT FROM execution_tasks AS part WHERE part.parent_id = task.id AND part.kind <> 'draft'
)
GROUP BY kind, status
"""


def report_outcome(proposal_id: int, by: Actor) -> None:
    """Record executed, failed or rolled back once the leaf tasks say so; before that, nothing. Safe at any time.

    Work for people does not hold up what machines did: a plan is executed when its SQL is, and its way back is open.
    Locks the proposal when there is something to record. In the caller's transaction.
    """
    leaves = fetch_all(LEAVES, {"proposal": proposal_id})
    outcome = outcome_of([(kind, status) for kind, status, _ in leaves])
    if outcome is None:
        return
    waiting = sum(count for _, status, count in leaves if status == TaskStatus.WAITING)
    note = _NOTES[outcome] + (f" {waiting} still wait for people." if waiting and outcome == Status.EXECUTED else "")
    follow_execution(proposal_id=proposal_id, outcome=outcome, by=by, note=note)


def outcome_of(leaves: Collection[tuple[str, str]]) -> Status | None:
    """What kinds and statuses of the leaf tasks come to, each pair once or often; None while that is open."""
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
