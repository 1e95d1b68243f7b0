"""Approved plans with queued action items, as running the plans leaves them; written in bulk."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from bench.job import Job
from bench.product_app import KIND
from execution.models import ExecutionTask, TaskEvent
from execution.services.enqueue import CHANNEL
from execution.states import TaskStatus
from proposals.models import Proposal
from proposals.reports import Form, Report, render_json
from proposals.services import service_account, submit_report
from proposals.states import Status

PLAN_LENGTH = 20


def queue_jobs(jobs: Sequence[Job]) -> None:
    """Queue a task for each job."""
    queue_items(KIND, "Write one row", [{"number": job.number, "queued_at": job.queued_at} for job in jobs])


@transaction.atomic
def queue_items(kind: str, description: str, payloads: Sequence[Mapping[str, Any]]) -> list[ExecutionTask]:
    """Queue a task for each payload: the action items of plans that are worked off already."""
    model = Proposal.objects.order_by("pk").first() or _submit()
    plans = _plans(model, math.ceil(len(payloads) / PLAN_LENGTH))
    tasks = ExecutionTask.objects.bulk_create(
        ExecutionTask(
            proposal_id=plans[place // PLAN_LENGTH].proposal_id,
            parent=plans[place // PLAN_LENGTH],
            type=model.type,
            kind=kind,
            description=description,
            payload=dict(payload),
            queued_at=timezone.now(),
        )
        for place, payload in enumerate(payloads)
    )
    TaskEvent.objects.bulk_create(
        TaskEvent(task=task, name="queued", after=TaskStatus.QUEUED, actor_kind="system") for task in tasks
    )
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
    return tasks


def _plans(model: Proposal, count: int) -> list[ExecutionTask]:
    now = timezone.now()
    proposals = Proposal.objects.bulk_create(_approved_copy(model) for _ in range(count))
    return ExecutionTask.objects.bulk_create(
        ExecutionTask(
            proposal=proposal,
            type=model.type,
            kind=ExecutionTask.Kind.PLAN,
            description="A plan",
            status=TaskStatus.SUCCEEDED,
            queued_at=now,
            finished_at=now,
        )
        for proposal in proposals
    )


def _submit() -> Proposal:
    report = Report(
        id=f"fsar_{uuid4()}",
        timestamp=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        severity=6,
        block_execution=True,
        proposal="self_improvement:  Keep a journal.\n\n- **Journal**: who deployed what, and when.",
        risks=("It is forgotten.",),
        mitigations=("A reminder.",),
    )
    by = service_account("bench")
    received = render_json(report).encode()
    return submit_report(received=received, submitted_by=by, source=Proposal.Source.PRODUCER, form=Form.JSON).proposal


def _approved_copy(model: Proposal) -> Proposal:
    fields = {field.attname: getattr(model, field.attname) for field in Proposal._meta.concrete_fields}  # noqa: SLF001
    changed = {"id": None, "report_id": f"fsar_{uuid4()}", "status": Status.APPROVED, "expires_at": None}
    return Proposal(**(fields | changed))
