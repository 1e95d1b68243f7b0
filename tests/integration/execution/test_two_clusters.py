"""Two clusters, as on two machines, share one queue."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from execution.models import ExecutionControl, ExecutionTask, Freeze, KindLimit, TaskEvent
from execution.queue.broker import POLL_SECONDS
from execution.states import IN_FLIGHT, TaskStatus
from tests.integration.execution.probing import effects, queue_probes
from tests.integration.execution.test_worker import PATIENCE, Start, start_worker
from tests.probe.handler import KIND
from tests.waiting import wait_until

__all__ = ["start_worker"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("probes")]

OVERLAP = """
SELECT max(at_once) FROM (
    SELECT sum(step) OVER (ORDER BY at, step) AS at_once FROM (
        SELECT created_at AS at, 1 AS step FROM execution_taskevent
        WHERE name = 'started' AND task_id = ANY(%s)
        UNION ALL SELECT finished_at, -1 FROM execution_tasks WHERE started_at IS NOT NULL AND id = ANY(%s)
    ) AS steps
) AS counted
"""


def test_two_clusters_share_the_work_keep_order_and_limits_and_stop_when_told(
    start_worker: Start, tmp_path: Path
) -> None:
    """Each has room for two, so that four at once need both.

    Then sixty tasks of three priorities, at most two at once; halted and then frozen in the middle of it.
    """
    shared = queue_probes(4, payload={"do": "wait", "folder": str(tmp_path)})
    for _ in range(2):
        start_worker(EXECUTION_PREFETCH="0", EXECUTION_WORKERS="2", EXECUTION_LEASE_SECONDS="30")
    ours = ExecutionTask.objects.filter(pk__in=[task.pk for task in shared])
    wait_until(lambda: ours.filter(status=TaskStatus.RUNNING).count() == 4, seconds=PATIENCE)
    (tmp_path / "go").touch()
    wait_until(lambda: ours.filter(status=TaskStatus.SUCCEEDED).count() == 4, seconds=PATIENCE)

    claims = list(TaskEvent.objects.filter(name="claimed").values_list("note", flat=True))
    assert sorted(claims.count(cluster) for cluster in set(claims)) == [2, 2]
    assert [effects(task) for task in shared] == [1] * 4

    ExecutionControl.objects.create(is_halted=True)
    KindLimit.objects.create(kind=KIND, max_running=2)
    tasks = queue_probes(60)
    for task in tasks:
        task.priority = task.pk % 3
    ExecutionTask.objects.bulk_update(tasks, ["priority"])
    events = TaskEvent.objects.filter(task__in=tasks)
    ends = events.filter(name="succeeded")
    ExecutionControl.objects.update(is_halted=False)
    wait_until(lambda: ends.count() >= 10, seconds=PATIENCE)
    ExecutionControl.objects.update(is_halted=True)
    halted = starts_until_still(events)
    ExecutionControl.objects.update(is_halted=False)
    wait_until(lambda: ends.count() >= halted[1] + 5, seconds=PATIENCE)
    now = timezone.now()
    window = Freeze.objects.create(starts_at=now, ends_at=now + timedelta(hours=1), reason="The big sale")
    frozen = starts_until_still(events)
    Freeze.objects.filter(pk=window.pk).update(starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1))
    wait_until(lambda: ends.count() == 60, seconds=2 * PATIENCE)

    assert halted[0] == halted[1] < frozen[0] == frozen[1] < 60
    assert [effects(task) for task in tasks] == [1] * len(tasks)
    assert first_claims(events) == sorted(first_claims(events), reverse=True)
    with connection.cursor() as cursor:
        cursor.execute(OVERLAP, [[task.pk for task in tasks]] * 2)
        assert cursor.fetchone()[0] <= 2


def first_claims(events: QuerySet[TaskEvent]) -> list[int]:
    """The priorities of the tasks as they were claimed, those of one claim best first.

    What the freeze had handed back is claimed once more.
    """
    claims = events.filter(name="claimed").order_by("-id")
    firsts = {claim.task_id: (claim.created_at, -claim.task.priority) for claim in claims.select_related("task")}
    return [-priority for _at, priority in sorted(firsts.values())]


def starts_until_still(events: QuerySet[TaskEvent]) -> tuple[int, int]:
    """How many were started once nothing is in flight any more, and when every cluster has looked again."""
    wait_until(lambda: not ExecutionTask.objects.filter(status__in=IN_FLIGHT).exists(), seconds=PATIENCE)
    starts = events.filter(name="started")
    before = starts.count()
    time.sleep(1.5 * POLL_SECONDS)
    return before, starts.count()
