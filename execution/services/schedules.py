"""What runs by the clock, on django-q2's own cluster."""

from __future__ import annotations

from typing import Any

from django_q.models import Schedule

SCHEDULES: dict[str, dict[str, Any]] = {
    "expire proposals": {"func": "execution.tasks.sweep_proposals", "schedule_type": Schedule.HOURLY},
    "forget dead workers": {"func": "execution.tasks.sweep_heartbeats", "schedule_type": Schedule.HOURLY},
    "age tasks": {"func": "execution.tasks.sweep_ages", "schedule_type": Schedule.MINUTES, "minutes": 1},
    "wake drafts": {"func": "execution.tasks.sweep_drafts", "schedule_type": Schedule.MINUTES, "minutes": 1},
    "let ways back go": {"func": "execution.tasks.sweep_kept", "schedule_type": Schedule.DAILY},
    "prove ways back": {"func": "execution.tasks.sweep_ways_back", "schedule_type": Schedule.DAILY},
}


def register_schedule(name: str, function: str, *, minutes: int) -> None:
    """Let an app above have something run every so many minutes. Call it when the app is ready."""
    SCHEDULES[name] = {"func": function, "schedule_type": Schedule.MINUTES, "minutes": minutes}


def ensure_schedules() -> None:
    """Make or mend every schedule. Idempotent; a next run that is due already stays."""
    for name, wanted in SCHEDULES.items():
        Schedule.objects.update_or_create(name=name, defaults=wanted)
