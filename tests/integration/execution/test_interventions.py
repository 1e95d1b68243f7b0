import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django_q.models import Schedule

from execution.models import ExecutionControl, ExecutionTask
from execution.services.control import halt_execution, is_halted, resume_execution
from execution.services.interventions import cancel_task, retry_task
from execution.services.rights import ExecutionRefused
from execution.services.schedules import SCHEDULES, ensure_schedules
from execution.states import InvalidTaskTransition, TaskStatus
from execution.tasks import run
from tests.factories import create_user
from tests.integration.execution.probing import history, lease_one, queue_probe

pytestmark = pytest.mark.usefixtures("probes")
REASON = "Too many surprises today."


def test_halt_execution_and_resume_execution() -> None:
    by = create_user()

    halt_execution(by=by, reason=REASON)
    halted = is_halted()
    resume_execution(by=by, reason="All is understood now.")

    control = ExecutionControl.objects.get()
    assert halted
    assert not is_halted()
    assert (control.changed_by, control.reason) == (by, "All is understood now.")


@pytest.mark.parametrize(
    ("account", "reason"),
    [({"groups": ["Viewers"]}, REASON), ({"kind": "model"}, REASON), ({"kind": "service"}, REASON), ({}, "no")],
)
def test_halt_execution_refuses(account: dict[str, str], reason: str) -> None:
    with pytest.raises(ExecutionRefused):
        halt_execution(by=create_user(**account), reason=reason)

    assert not is_halted()


def test_cancel_task_that_was_claimed_keeps_its_worker_from_starting() -> None:
    task = queue_probe()
    lease = lease_one()

    cancel_task(task_id=task.pk, by=create_user(), note="Not today.")
    run(lease.task_id, lease.fence)

    task.refresh_from_db()
    assert task.status == TaskStatus.CANCELLED
    assert history(task)[-1] == "cancelled"


def test_cancel_task_that_runs_is_refused() -> None:
    task = queue_probe()
    ExecutionTask.objects.filter(pk=lease_one().task_id).update(status=TaskStatus.RUNNING)

    with pytest.raises(ExecutionRefused, match="is running"):
        cancel_task(task_id=task.pk, by=create_user())


def test_cancel_task_twice_is_refused() -> None:
    task = queue_probe()
    cancel_task(task_id=task.pk, by=create_user())

    with pytest.raises(InvalidTaskTransition):
        cancel_task(task_id=task.pk, by=create_user())


def test_retry_task_gives_a_failed_task_more_attempts() -> None:
    task = queue_probe("fail")
    lease = lease_one()
    run(lease.task_id, lease.fence)

    retry_task(task_id=task.pk, by=create_user(), note="The cause is mended.")
    ExecutionTask.objects.filter(pk=task.pk).update(payload={})
    again = lease_one()
    run(again.task_id, again.fence)

    task.refresh_from_db()
    assert (task.status, task.attempts, task.max_attempts, task.error) == ("succeeded", 2, 4, "")
    assert task.proposal.events.filter(name="executed").exists()


def test_retry_task_that_did_not_fail_is_refused() -> None:
    with pytest.raises(ExecutionRefused, match="only a failed task"):
        retry_task(task_id=queue_probe().pk, by=create_user())


@pytest.mark.parametrize("service", [cancel_task, retry_task])
@pytest.mark.parametrize("account", [{"groups": ["Viewers"]}, {"kind": "model"}])
def test_interventions_need_the_right_and_a_person(service: object, account: dict[str, str]) -> None:
    task = queue_probe()

    with pytest.raises(ExecutionRefused):
        service(task_id=task.pk, by=create_user(**account))  # type: ignore[operator]


def test_ensure_schedules_twice_makes_each_once() -> None:
    ensure_schedules()
    ensure_schedules()

    assert sorted(Schedule.objects.values_list("name", flat=True)) == sorted(SCHEDULES)


def test_ensure_schedules_leaves_one_of_two() -> None:
    ensure_schedules()
    name = next(iter(SCHEDULES))
    Schedule.objects.create(name=name, **SCHEDULES[name])

    ensure_schedules()

    assert Schedule.objects.filter(name=name).count() == 1


@pytest.mark.django_db(transaction=True)
def test_ensure_schedules_by_hosts_that_start_together_makes_each_once() -> None:
    barrier = threading.Barrier(4)

    def start(_: int) -> None:
        try:
            barrier.wait()
            ensure_schedules()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as hosts:
        list(hosts.map(start, range(4)))

    assert sorted(Schedule.objects.values_list("name", flat=True)) == sorted(SCHEDULES)
