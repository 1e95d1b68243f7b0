from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ, Schedule
from pytest_django.fixtures import Settings

from execution.models import ExecutionControl, ExecutionTask, TypeLimit
from execution.queue.claim import claim_tasks
from execution.queue.progress import why_schedules_stuck, why_stuck
from execution.services.runs import start_task
from execution.services.schedules import ensure_schedules
from execution.tasks import sweep_heartbeats, sweep_proposals
from tests.integration.execution.probing import lease_one, queue_probes

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _short_patience(settings: Settings) -> None:
    settings.EXECUTION_WORKERS = 1


def queue_long_ago(number: int) -> list[ExecutionTask]:
    return queue_probes(number, queued_at=timezone.now() - LONG_AGO)


def backdate_events() -> None:
    with connection.cursor() as cursor:  # the table is append-only, but for its owner in a test
        cursor.execute("ALTER TABLE execution_taskevent DISABLE TRIGGER execution_taskevent_append_only")
        cursor.execute("UPDATE execution_taskevent SET created_at = created_at - interval '1 hour'")
        cursor.execute("ALTER TABLE execution_taskevent ENABLE TRIGGER execution_taskevent_append_only")


def test_why_stuck_names_a_task_that_nobody_claims() -> None:
    task, _ = queue_long_ago(2)

    assert why_stuck("here") == f"does not claim task {task.pk}"


def test_why_stuck_of_a_fresh_queue() -> None:
    queue_probes(2)

    assert why_stuck("here") == ""


def test_why_stuck_while_halted() -> None:
    queue_long_ago(2)
    ExecutionControl.objects.create(is_halted=True)

    assert why_stuck("here") == ""


def test_why_stuck_when_the_type_has_no_room() -> None:
    (task, *_) = queue_long_ago(2)
    TypeLimit.objects.create(type=task.type, max_running=0)

    assert why_stuck("here") == ""


def test_why_stuck_while_every_worker_is_busy() -> None:
    queue_long_ago(2)
    lease = lease_one("here")
    start_task(lease.task_id, lease.fence)

    assert why_stuck("here") == ""
    assert why_stuck("there") != ""


def test_why_stuck_shortly_after_a_start(settings: Settings) -> None:
    settings.EXECUTION_WORKERS = 2
    queue_long_ago(2)
    lease = lease_one("here")
    start_task(lease.task_id, lease.fence)

    assert why_stuck("here") == ""


@pytest.mark.django_db(transaction=True)
def test_why_stuck_names_a_task_that_is_leased_and_not_started() -> None:
    (task,) = queue_long_ago(1)
    claim_tasks(cluster="here", capacity=1)
    before = why_stuck("here")
    backdate_events()

    assert before == ""
    assert why_stuck("here") == f"does not start task {task.pk}, which it has leased"
    assert why_stuck("there") == ""


def test_why_schedules_stuck_when_one_is_overdue() -> None:
    ensure_schedules()
    fresh = why_schedules_stuck()
    Schedule.objects.update(next_run=timezone.now() - LONG_AGO)

    assert fresh == ""
    assert why_schedules_stuck() == "does not run its schedules"


@pytest.mark.parametrize(
    ("taken_ago", "reason"),
    [(None, "does not take what is queued"), (LONG_AGO, "does not take what is queued"), (timedelta(seconds=1), "")],
)
def test_why_schedules_stuck_when_nothing_is_taken_from_a_long_queue(
    settings: Settings, taken_ago: timedelta | None, reason: str
) -> None:
    OrmQ.objects.create(key="default", payload="", lock=timezone.now() - LONG_AGO)
    if taken_ago is not None:
        locked_until = timezone.now() - taken_ago + timedelta(seconds=settings.Q_CLUSTER["retry"])
        OrmQ.objects.create(key="default", payload="", lock=locked_until)

    assert why_schedules_stuck() == reason


def test_sweeps_find_nothing_to_do() -> None:
    assert (sweep_proposals(), sweep_heartbeats()) == (0, 0)
