"""The signs of life of run_worker, one row for each that runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from execution.models import WorkerHeartbeat

DEAD_AFTER = timedelta(minutes=1)
KEPT_FOR = timedelta(hours=1)


def record_heartbeat(name: str, data: dict[str, Any]) -> None:
    """Say that a worker lives. ``data``: its workers, restarts and what it last complained about."""
    WorkerHeartbeat.objects.update_or_create(
        name=name, defaults={"beat_at": Now(), "data": data}, create_defaults={"beat_at": Now(), "data": data}
    )


def forget_heartbeat(name: str) -> None:
    """Say that a worker stopped in good order."""
    WorkerHeartbeat.objects.filter(name=name).delete()


def purge_heartbeats() -> int:
    """Delete those that have been silent for an hour; return how many."""
    deleted, _ = WorkerHeartbeat.objects.filter(beat_at__lt=Now() - KEPT_FOR).delete()
    return deleted


def is_worker_alive() -> bool:
    """Whether any worker gave a sign of life in the last minute, for health pages."""
    return WorkerHeartbeat.objects.filter(beat_at__gte=Now() - DEAD_AFTER).exists()
