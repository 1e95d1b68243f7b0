"""A task's way from claimed to ended. A worker's word counts only while its fence is the latest."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, JSONField
from django.db.models.functions import Now

from execution.failures import LeaseLost, PermanentFailure
from execution.handlers import Execution
from execution.models import ExecutionTask, RollbackArtifact
from execution.queue.statements import fetch_all, fetch_all_in_turn
from execution.services.enqueue import add_children
from execution.services.outcome import report_outcome
from execution.services.reasons import reason_of
from execution.states import ENDED, TaskStatus
from fsarsite import backoff
from proposals.actors import Actor
from proposals.services.storable import storable_json

LONGEST_BACKOFF_SECONDS = 600.0
FIELDS: Final = ExecutionTask._meta.concrete_fields  # noqa: SLF001 - documented by Django
COLUMNS: Final = ", ".join(str(field.column) for field in FIELDS)
logger = logging.getLogger(__name__)

STOPPED: Final = """(
    EXISTS (SELECT FROM execution_executioncontrol WHERE is_halted)
    OR EXISTS (
        SELECT FROM execution_freeze WHERE statement_timestamp() >= starts_at AND statement_timestamp() < ends_at
    )
)"""
# A start that a crash of the server forgets is a task whose lease runs out; its worker cannot finish it. So the
# commit need not wait for the disk.
START: Final = f"""
WITH started AS (
    UPDATE execution_tasks
    SET status = 'running', started_at = clock_timestamp(),
        lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
    WHERE id = %(id)s AND fence = %(fence)s AND status = 'leased'
      AND NOT {STOPPED}
    RETURNING *
), told AS (
    INSERT INTO execution_taskevent (task_id, name, before, after, attempt, actor_kind, note, created_at)
    SELECT id, 'started', 'leased', 'running', attempts, 'system', leased_by, clock_timestamp() FROM started
)
SELECT {COLUMNS}, set_config('synchronous_commit', 'off', true) FROM started
"""  # noqa: S608 - names of our own columns
HAND_BACK: Final = f"""
WITH handed_back AS (
    UPDATE execution_tasks
    SET status = 'queued', attempts = attempts - 1, lease_until = NULL, leased_by = ''
    WHERE id = %(id)s AND fence = %(fence)s AND status = 'leased'
      AND {STOPPED}
    RETURNING id, attempts
)
INSERT INTO execution_taskevent (task_id, name, before, after, attempt, actor_kind, note, created_at)
SELECT id, 'requeued', 'leased', 'queued', attempts, 'system', 'Execution is halted or frozen.', clock_timestamp()
FROM handed_back
RETURNING task_id
"""  # noqa: S608 - a condition of ours
LOCK_PROPOSAL: Final = """
SELECT proposal.id FROM proposals_proposal AS proposal
WHERE proposal.id = (SELECT proposal_id FROM execution_tasks WHERE id = %(id)s)
FOR UPDATE
"""
# The proposal is locked before the task: the update joins the locked row.
END: Final = """
WITH locked AS MATERIALIZED (
    SELECT id FROM proposals_proposal
    WHERE id = (SELECT proposal_id FROM execution_tasks WHERE id = %(id)s)
    FOR UPDATE
), ended AS (
    UPDATE execution_tasks AS task
    SET status = %(status)s, result = %(result)s::jsonb, error = %(error)s, lease_until = NULL, leased_by = '',
        finished_at = CASE WHEN %(is_end)s THEN clock_timestamp() END,
        not_before = clock_timestamp() + make_interval(secs => %(delay)s::float8)
    FROM locked
    WHERE task.id = %(id)s AND task.fence = %(fence)s AND task.status = 'running' AND task.proposal_id = locked.id
    RETURNING task.id, task.attempts, task.proposal_id
), told AS (
    INSERT INTO execution_taskevent (task_id, name, before, after, attempt, actor_kind, note, created_at)
    SELECT id, %(name)s, 'running', %(status)s, attempts, 'system', %(note)s, clock_timestamp() FROM ended
)
SELECT proposal_id, set_config('enable_bitmapscan', 'off', true) FROM ended
"""
# A statement of its own, which sees what ended while the one before waited for the proposal. OFFSET 0 keeps the planner
# from reading all that is queued instead of the few tasks of one proposal.
OTHERS_GO_ON: Final = """
SELECT 1 FROM (
    SELECT status FROM execution_tasks
    WHERE proposal_id = (SELECT proposal_id FROM execution_tasks WHERE id = %(id)s)
    OFFSET 0
) AS task
WHERE status IN ('queued', 'leased', 'running') LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """The proposal of a task that just ended, and whether machines still work on other tasks of it."""

    proposal_id: int
    others_go_on: bool


def start_task(task_id: int, fence: int) -> ExecutionTask | None:
    """Mark a leased task running. None for a stale delivery, and while execution is halted or frozen.

    Then it is queued again. One statement with a commit of its own.
    """
    parameters = {"id": task_id, "fence": fence, "lease": settings.EXECUTION_LEASE_SECONDS}
    for row in fetch_all(START, parameters):
        return _from_row(row[:-1])
    fetch_all(HAND_BACK, {"id": task_id, "fence": fence})
    return None


@transaction.atomic(savepoint=False)
def finish_task(task_id: int, fence: int, execution: Execution) -> None:
    """Record what came of a running task, its way back and its children, and what that means for the proposal.

    Locks the proposal, then the task. Raises LeaseLost, which undoes the transaction, for an older fence.
    """
    waits_for = execution.waits_for
    status = TaskStatus.WAITING if waits_for else TaskStatus.SUCCEEDED
    result = execution.result | ({"waits_for": waits_for} if waits_for else {})
    ended = _end(task_id, fence, status, result=result, note=f"Waits for {waits_for}." if waits_for else "")
    if ended is None:
        raise LeaseLost
    if execution.artifact is not None:
        kept = {
            "data": storable_json(execution.artifact),
            "proven_at": execution.proven_at,
            "kept_bytes": execution.kept_bytes,
        }
        RollbackArtifact.objects.update_or_create(task_id=task_id, defaults=kept)
    if execution.children:
        add_children(ExecutionTask.objects.get(pk=task_id), execution.children)
    if execution.children or not ended.others_go_on:  # or the last of them reports
        report_outcome(ended.proposal_id, Actor.system())


@transaction.atomic
def fail_task(task_id: int, fence: int, error: BaseException | str, *, permanent: bool) -> None:
    """Queue a running task again after a growing pause, or fail it: when permanent, or after its last attempt.

    Locks the proposal, then the task. A task that is not ours any more stays as it is.
    """
    proposal_id = _lock_proposal_of(task_id)
    task = ExecutionTask.objects.get(pk=task_id)
    reason = reason_of(error)
    if not permanent and task.attempts < task.max_attempts:
        delay = backoff_seconds(task.attempts)
        note = f"{reason} (again in {delay:.0f} s)"
        _end(task_id, fence, TaskStatus.QUEUED, name="requeued", error=reason, note=note, delay=delay)
    elif _end(task_id, fence, TaskStatus.FAILED, result=_details(error), error=reason, note=reason) is not None:
        report_outcome(proposal_id, Actor.system())


@transaction.atomic
def fail_expired_task(task_id: int) -> bool:
    """Fail a task whose lease ran out in its last attempt: it kills or freezes its workers. Whether it was so.

    Locks the proposal, then the task.
    """
    proposal_id = _lock_proposal_of(task_id)
    expired = ExecutionTask.objects.filter(
        pk=task_id, status=TaskStatus.RUNNING, lease_until__lt=Now(), attempts__gte=F("max_attempts")
    )
    task = expired.select_for_update().first()
    if task is None:
        return False
    reason = f"its worker died or froze in each of {task.attempts} attempts; see the workers' log, then retry"
    _end(task_id, task.fence, TaskStatus.FAILED, error=reason, note=f"The lease of {task.leased_by} ran out: {reason}.")
    report_outcome(proposal_id, Actor.system())
    return True


def backoff_seconds(attempts: int) -> float:
    """The pause before the next attempt: doubles with each one, give or take half, at most ten minutes."""
    first = float(settings.EXECUTION_RETRY_SECONDS)
    return backoff.backoff_seconds(attempts, first=first, longest=LONGEST_BACKOFF_SECONDS)


def _details(error: BaseException | str) -> dict[str, Any]:
    return error.details if isinstance(error, PermanentFailure) else {}


def _from_row(row: Sequence[Any]) -> ExecutionTask:
    """As the ORM makes an instance; its own query would cost a second round trip."""
    pairs = zip(FIELDS, row, strict=True)
    values = [json.loads(value) if isinstance(field, JSONField) else value for field, value in pairs]
    return ExecutionTask.from_db("default", [field.attname for field in FIELDS], values)


def _lock_proposal_of(task_id: int) -> int:
    ((proposal_id,),) = fetch_all(LOCK_PROPOSAL, {"id": task_id})
    return int(proposal_id)


def _end(
    task_id: int,
    fence: int,
    status: TaskStatus,
    *,
    name: str = "",
    result: dict[str, Any] | None = None,
    error: str = "",
    note: str = "",
    delay: float | None = None,
) -> Ended | None:
    """What it means for the proposal, which is locked; None when the fence is old or the task does not run."""
    parameters = {
        "id": task_id,
        "fence": fence,
        "status": status.value,
        "is_end": status in ENDED,
        "name": name or status.value,
        "result": json.dumps(storable_json(result or {})),
        "error": error,
        "note": note,
        "delay": delay,
    }
    ended, others = fetch_all_in_turn((END, OTHERS_GO_ON), parameters)
    return Ended(int(ended[0][0]), others_go_on=bool(others)) if ended else None
