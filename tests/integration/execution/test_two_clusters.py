"""Two clusters, as on two machines, share one queue."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from execution.models import ExecutionTask, KindLimit, TaskEvent
from execution.states import TaskStatus
from tests.integration.execution.probing import effects, queue_probes
from tests.integration.execution.test_worker import PATIENCE, Start, start_worker
from tests.probe.handler import KIND
from tests.waiting import wait_until

__all__ = ["start_worker"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("probes")]

OVERLAP = """
SELECT max(at_once) FROM (
    SELECT sum(step) OVER (ORDER BY at, step) AS at_once FROM (
        SELECT created_at AS at, 1 AS step FROM execution_taskevent WHERE name = 'started'
        UNION ALL SELECT finished_at, -1 FROM execution_tasks WHERE started_at IS NOT NULL
    ) AS steps
) AS counted
"""


def test_two_clusters_share_the_work(start_worker: Start, tmp_path: Path) -> None:
    """Each has room for two, so that four at once need both."""
    tasks = queue_probes(4, payload={"do": "wait", "folder": str(tmp_path)})
    for _ in range(2):
        start_worker(EXECUTION_PREFETCH="0", EXECUTION_WORKERS="2", EXECUTION_LEASE_SECONDS="30")

    ours = ExecutionTask.objects.filter(pk__in=[task.pk for task in tasks])
    wait_until(lambda: ours.filter(status=TaskStatus.RUNNING).count() == 4, seconds=PATIENCE)
    (tmp_path / "go").touch()
    wait_until(lambda: ours.filter(status=TaskStatus.SUCCEEDED).count() == 4, seconds=PATIENCE)

    claims = list(TaskEvent.objects.filter(name="claimed").values_list("note", flat=True))
    assert sorted(claims.count(cluster) for cluster in set(claims)) == [2, 2]
    assert [effects(task) for task in tasks] == [1] * 4


def test_two_clusters_keep_the_limit_of_a_kind(start_worker: Start) -> None:
    KindLimit.objects.create(kind=KIND, max_running=2)
    tasks = queue_probes(60)
    for _ in range(2):
        start_worker(EXECUTION_PREFETCH="0")

    queued = ExecutionTask.objects.filter(pk__in=[task.pk for task in tasks]).exclude(status=TaskStatus.SUCCEEDED)
    wait_until(lambda: not queued.exists(), seconds=2 * PATIENCE)

    assert [effects(task) for task in tasks] == [1] * len(tasks)
    with connection.cursor() as cursor:
        cursor.execute(OVERLAP)
        assert cursor.fetchone()[0] <= 2
