"""Work for later, on django-q2's own queue."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Now
from django_q.models import OrmQ
from django_q.tasks import async_task


def enqueue(function: str, *arguments: Any) -> None:
    """Have a worker call a function of `billing.tasks`. The queue is a table: the transaction decides about it too."""
    async_task(f"billing.tasks.{function}", *arguments, cluster="default", save=False)  # type: ignore[no-untyped-call]


def count_waiting() -> int:
    """How much is queued, of whatever kind, that no worker has taken."""
    return OrmQ.objects.filter(lock__lte=Now()).count()
