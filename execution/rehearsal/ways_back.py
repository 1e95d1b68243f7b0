"""Ways back, proven again: a change that was made lately must still be undoable, or somebody has to know."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from execution.failures import PermanentFailure, RollbackRefused, TransientFailure
from execution.models import ExecutionTask, RollbackArtifact
from execution.services.history import write_task_event
from execution.services.reasons import reason_of
from execution.states import TaskStatus
from execution.target.change import undo_steps
from execution.target.connection import changing_explained, connect
from execution.target.reverse import Step
from proposals.actors import Actor

DAYS = 14
"""For how long after a change its way back is proven again."""
_MOST = 200
_CONCURRENTLY = re.compile(r"^((?:CREATE(?: UNIQUE)?|DROP) INDEX) CONCURRENTLY")


def reprove_ways_back() -> int:
    """Undo every recent change of the target in a transaction that is rolled back; return how many are stale.

    A way back that would be refused is marked with since when and why, and the task's history says so; one that works
    again is unmarked. Newest first, each without the others. What only stands in the way for now changes nothing.
    """
    if not settings.TARGET_DATABASE_URL:
        return 0
    recent = RollbackArtifact.objects.filter(
        task__kind=ExecutionTask.Kind.SQL,
        task__status=TaskStatus.SUCCEEDED,
        let_go_at__isnull=True,
        created_at__gt=timezone.now() - timedelta(days=DAYS),
    )
    for artifact in recent.select_related("task").order_by("-id")[:_MOST]:
        _reprove(artifact)
    return RollbackArtifact.objects.stale().count()


def _reprove(artifact: RollbackArtifact) -> None:
    now = timezone.now()
    try:
        _undo_for_once(artifact)
    except (RollbackRefused, PermanentFailure) as error:
        _mark_stale(artifact, reason_of(error))
    except TransientFailure:
        return
    else:
        if artifact.stale_since:
            write_task_event(artifact.task, name="way_back_works", before=artifact.task.status, by=Actor.system())
        RollbackArtifact.objects.filter(pk=artifact.pk).update(proven_at=now, stale_since=None, stale_because="")


def _undo_for_once(artifact: RollbackArtifact) -> None:
    steps = [_in_a_transaction(Step.from_json(step)) for step in artifact.data["steps"]]
    with connect() as connection, changing_explained(connection), connection.transaction(force_rollback=True):
        undo_steps(connection, steps)


def _in_a_transaction(step: Step) -> Step:
    return replace(step, sql=_CONCURRENTLY.sub(r"\1", step.sql, count=1))


def _mark_stale(artifact: RollbackArtifact, reason: str) -> None:
    if not artifact.stale_since:
        task = artifact.task
        write_task_event(task, name="way_back_stale", before=task.status, by=Actor.system(), note=reason)
    since = F("stale_since") if artifact.stale_since else timezone.now()
    RollbackArtifact.objects.filter(pk=artifact.pk).update(stale_since=since, stale_because=reason)
