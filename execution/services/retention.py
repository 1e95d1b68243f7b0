"""Letting ways back go: what the target keeps for changes of long ago is dropped, and those stand for good."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from execution.failures import PermanentFailure, TransientFailure
from execution.models import ExecutionTask, RollbackArtifact
from execution.services.history import write_task_event
from execution.services.interventions import lock_task
from execution.services.rights import ExecutionRefused
from execution.states import TaskStatus
from execution.target.connection import changing_explained, connect, explained
from execution.target.disposal import drop_kept, kept_bytes
from execution.target.reverse import Step
from proposals.actors import Actor

_HOLDS: list[dict[str, Any]] = [{"kept": {}}]  # contained in the steps of a way back that keeps something in the target
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LetGo:
    """A way back that was let go, or would be; ``bytes`` that the target gets back; ``trouble`` when it was not."""

    task: ExecutionTask
    made_at: datetime
    bytes: int
    trouble: str = ""


def let_go_ways_back(
    *, days: int | None = None, inside_window: bool = False, dry_run: bool = False, by: Actor | None = None
) -> list[LetGo]:
    """Drop what the target keeps for changes that are older than ``days``, WAY_BACK_DAYS by default; oldest first.

    Only changes of rows and dropped tables hold anything; reverse statements cost nothing and stay. One transaction
    per task, in which its history says so; what is in the way of one leaves it as it is. Idempotent.
    Raises ExecutionRefused for days within the time that every change can be undone, unless ``inside_window``.
    Raises PermanentFailure and TransientFailure when the target cannot be asked at all.
    """
    window = settings.WAY_BACK_DAYS
    days = window if days is None else days
    if days < window and not inside_window:
        raise ExecutionRefused(
            f"changes can be undone for {window} days (WAY_BACK_DAYS): say --inside-window to let go of younger ones"
        )
    due = _holding().filter(created_at__lt=timezone.now() - timedelta(days=days))
    rows = due.select_related("task").order_by("created_at", "pk")
    return [_measured(row) if dry_run else _attempted(row, by or Actor.system()) for row in rows]


def measure_kept() -> int:
    """Note how much the target keeps for each way back; return the bytes of all."""
    if not settings.TARGET_DATABASE_URL:
        return 0
    for artifact in _holding():
        RollbackArtifact.objects.filter(pk=artifact.pk).update(kept_bytes=_size(artifact))
    return RollbackArtifact.objects.kept_bytes()


def _holding() -> QuerySet[RollbackArtifact]:
    return RollbackArtifact.objects.filter(
        task__kind=ExecutionTask.Kind.SQL,
        task__status=TaskStatus.SUCCEEDED,
        let_go_at__isnull=True,
        data__steps__contains=_HOLDS,
    )


def _measured(artifact: RollbackArtifact) -> LetGo:
    return LetGo(artifact.task, artifact.created_at, _size(artifact))


def _attempted(artifact: RollbackArtifact, by: Actor) -> LetGo:
    try:
        freed = _let_go(artifact.task_id, by)
    except (PermanentFailure, TransientFailure) as failure:
        logger.warning("task %s: its way back was not let go: %s", artifact.task_id, failure)
        return LetGo(artifact.task, artifact.created_at, 0, str(failure))
    return LetGo(artifact.task, artifact.created_at, freed)


@transaction.atomic
def _let_go(task_id: int, by: Actor) -> int:
    """Bytes freed. Locks the proposal, then the task, then the target.

    The target forgets first: a commit of ours that is lost is made good by the next time, and meanwhile a rollback
    finds that what was kept is gone.
    """
    task = lock_task(task_id)
    artifact = RollbackArtifact.objects.select_for_update().get(task=task)
    if artifact.let_go_at or task.status != TaskStatus.SUCCEEDED:
        return 0
    steps = _steps(artifact)
    with connect() as connection, changing_explained(connection):
        freed = kept_bytes(connection, steps)
        drop_kept(connection, steps)
    artifact.let_go_at, artifact.kept_bytes = timezone.now(), 0
    artifact.stale_since, artifact.stale_because = None, ""
    artifact.save(update_fields=["let_go_at", "kept_bytes", "stale_since", "stale_because"])
    note = f"The way back was let go: {filesizeformat(freed)} freed on the target. This change stands for good."
    write_task_event(task, name="way_back_let_go", before=task.status, by=by, note=note)
    return freed


def _size(artifact: RollbackArtifact) -> int:
    with connect() as connection, explained("what the target keeps could not be measured"):
        return kept_bytes(connection, _steps(artifact))


def _steps(artifact: RollbackArtifact) -> list[Step]:
    data: dict[str, Any] = artifact.data
    return [Step.from_json(step) for step in data["steps"]]
