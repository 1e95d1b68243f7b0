"""Leases that ran out: their workers are dead, frozen or cut off."""

from __future__ import annotations

from django.db import transaction

from execution.queue.statements import fetch_all
from execution.services.runs import fail_expired_task

# A task that was leased and never started has not been attempted, whatever became of its worker.
REQUEUE = """
WITH expired AS MATERIALIZED (
    SELECT id, status, attempts, leased_by FROM execution_tasks
    WHERE lease_until < now() AND status IN ('leased', 'running')
      AND (status = 'leased' OR attempts < max_attempts)
    FOR UPDATE SKIP LOCKED
), requeued AS (
    UPDATE execution_tasks AS task
    SET status = 'queued', lease_until = NULL, leased_by = '',
        attempts = task.attempts - CASE WHEN expired.status = 'leased' THEN 1 ELSE 0 END
    FROM expired WHERE task.id = expired.id
    RETURNING task.id, expired.status AS before, expired.attempts, expired.leased_by
)
INSERT INTO execution_taskevent (task_id, name, before, after, attempt, actor_kind, note, created_at)
SELECT id, 'requeued', before, 'queued', attempts, 'system', 'The lease of ' || leased_by || ' ran out.', now()
FROM requeued
RETURNING task_id
"""
HOPELESS = """
SELECT id FROM execution_tasks WHERE lease_until < now() AND status = 'running' AND attempts >= max_attempts
"""
EXPIRE = """
UPDATE execution_tasks SET lease_until = now() - interval '1 second'
WHERE status IN ('leased', 'running') AND leased_by = %(cluster)s
RETURNING id
"""


def reap_expired_leases() -> int:
    """Queue every task whose lease ran out, or fail it after its last attempt; return how many. Any process may."""
    with transaction.atomic():
        requeued = len(fetch_all(REQUEUE, {}))
    return requeued + sum(fail_expired_task(task_id) for (task_id,) in fetch_all(HOPELESS, {}))


def expire_leases_of(cluster: str) -> int:
    """Let all leases of a cluster run out now; return how many. Only for a cluster whose processes are all dead."""
    return len(fetch_all(EXPIRE, {"cluster": cluster}))
