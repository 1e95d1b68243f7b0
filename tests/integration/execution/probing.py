"""Probe tasks in the queue, and what they left behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from execution.models import ExecutionTask
from execution.queue.claim import Lease, claim_tasks
from execution.states import TaskStatus
from proposals.models import Proposal
from proposals.states import Status
from tests.factories import create_proposal
from tests.probe.handler import KIND


def queue_probe(do: str = "write", **payload: Any) -> ExecutionTask:
    """The root task of an approved proposal, queued by the approval and turned into a probe.

    Both in one transaction: a worker that is there already must not run it as what it was.
    """
    with transaction.atomic():
        task = create_proposal(Status.APPROVED).tasks.get()
        ExecutionTask.objects.filter(pk=task.pk).update(kind=KIND, payload={"do": do, **payload})
    task.refresh_from_db()
    return task


def queue_probes(number: int, **fields: Any) -> list[ExecutionTask]:
    """Many probes of one proposal, below a root that is done."""
    root = queue_probe()
    ExecutionTask.objects.filter(pk=root.pk).update(status=TaskStatus.SUCCEEDED, finished_at=timezone.now())
    given: dict[str, Any] = {"type": Proposal.Type.SELF_IMPROVEMENT, "kind": KIND, "queued_at": timezone.now()} | fields
    return ExecutionTask.objects.bulk_create(
        ExecutionTask(**({"proposal_id": root.proposal_id, "parent": root, "description": f"Probe {place}"} | given))
        for place in range(number)
    )


def lease_one(cluster: str = "here", capacity: int = 1) -> Lease:
    """The one task that a claim brings."""
    (lease,) = claim_tasks(cluster=cluster, capacity=capacity).leases
    return lease


def expire_lease(task_id: int) -> None:
    """As if the worker had been silent for long: a test may be one transaction, whose now() is its beginning."""
    ExecutionTask.objects.filter(pk=task_id).update(lease_until=timezone.now() - timedelta(hours=1))


def effects(task: ExecutionTask) -> int:
    """How often the effect of a probe is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM probe_effects WHERE task_id = %s", [task.pk])
        return int(cursor.fetchone()[0])


def history(task: ExecutionTask) -> list[str]:
    """The names of a task's events, oldest first."""
    return list(task.events.order_by("id").values_list("name", flat=True))
