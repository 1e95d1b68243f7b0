"""What runs by the clock, on django-q2's own cluster."""

from __future__ import annotations

from django_q.models import Schedule

SCHEDULES = {
    "expire proposals": ("execution.tasks.sweep_proposals", Schedule.HOURLY),
    "forget dead workers": ("execution.tasks.sweep_heartbeats", Schedule.HOURLY),
}


def ensure_schedules() -> None:
    """Make or mend every schedule. Idempotent; a next run that is due already stays."""
    for name, (function, how_often) in SCHEDULES.items():
        Schedule.objects.update_or_create(name=name, defaults={"func": function, "schedule_type": how_often})
