"""Whether a cluster gets on with its work. django-q2's can hang without dying: see docs/adr/0004."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now
from django_q.models import OrmQ, Schedule

from execution.queue.statements import fetch_all
from proposals.models import Proposal

HAS_FREE_WORKER = """
SELECT count(*) FILTER (WHERE status = 'running') < %(workers)s
FROM execution_tasks WHERE status IN ('leased', 'running') AND leased_by = %(cluster)s
"""
HAS_STARTED = """
SELECT 1 FROM (SELECT name, note, created_at FROM execution_taskevent ORDER BY id DESC LIMIT 1000) AS recent
WHERE name = 'started' AND note = %(cluster)s AND created_at > now() - make_interval(secs => %(seconds)s)
LIMIT 1
"""
# The first claim of this attempt counts: a lease that ran out and was taken again is still the same wait.
LEASED_TOO_LONG = """
SELECT task.id FROM execution_tasks AS task
JOIN execution_taskevent AS event ON event.task_id = task.id
WHERE task.status = 'leased' AND task.leased_by = %(cluster)s
  AND event.name = 'claimed' AND event.note = %(cluster)s AND event.attempt = task.attempts
  AND event.created_at < now() - make_interval(secs => %(seconds)s)
ORDER BY task.id LIMIT 1
"""
UNCLAIMED_TOO_LONG = """
WITH open_type AS MATERIALIZED (
    SELECT known.type FROM unnest(%(types)s::text[]) AS known (type)
    LEFT JOIN execution_typelimit AS type_limit ON type_limit.type = known.type
    WHERE NOT EXISTS (SELECT FROM execution_executioncontrol WHERE is_halted)
      AND coalesce(type_limit.max_running > (
          SELECT count(*) FROM execution_tasks AS other
          WHERE other.type = known.type AND other.status IN ('leased', 'running')
      ), true)
)
SELECT task.id FROM execution_tasks AS task JOIN open_type ON open_type.type = task.type
WHERE task.status = 'queued'
  AND greatest(task.queued_at, task.not_before) < now() - make_interval(secs => %(seconds)s)
ORDER BY task.id LIMIT 1
"""


def why_stuck(cluster: str) -> str:
    """What the execution cluster of that name leaves undone although it has a free worker; empty when it gets on.

    A cluster is caught between two tasks now and then: believe it when it is said twice.
    """
    parameters = {
        "cluster": cluster,
        "workers": settings.EXECUTION_WORKERS,
        "seconds": settings.EXECUTION_STUCK_SECONDS,
        "types": Proposal.Type.values,
    }
    ((has_free_worker,),) = fetch_all(HAS_FREE_WORKER, parameters)
    if not has_free_worker or fetch_all(HAS_STARTED, parameters):
        return ""
    for (task_id,) in fetch_all(LEASED_TOO_LONG, parameters):
        return f"does not start task {task_id}, which it has leased"
    for (task_id,) in fetch_all(UNCLAIMED_TOO_LONG, parameters):
        return f"does not claim task {task_id}"
    return ""


def why_schedules_stuck() -> str:
    """Why the cluster of the schedules should be restarted, in words; empty when it gets on."""
    late = timedelta(seconds=settings.EXECUTION_STUCK_SECONDS + 60)  # it looks twice a minute
    if Schedule.objects.filter(next_run__lt=Now() - late).exclude(repeats=0).exists():
        return "does not run its schedules"
    if OrmQ.objects.filter(lock__lt=Now() - late).exists() and not _has_taken_something(late):
        return "does not take what is queued"
    return ""


def _has_taken_something(within: timedelta) -> bool:
    """Whether anything was taken from the queue lately: a long queue is no reason to restart who works it off.

    django-q2 locks what it takes until a time to come, `retry` from then.
    """
    retry = timedelta(seconds=settings.Q_CLUSTER["retry"])
    return OrmQ.objects.filter(lock__gt=Now() + retry - within).exists()
