from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from execution.models import ExecutionControl, ExecutionTask, TypeLimit
from execution.queue.claim import Lease, claim_tasks
from execution.queue.reaper import expire_leases_of, reap_expired_leases
from execution.states import TaskStatus
from proposals.models import Proposal
from tests.integration.execution.probing import expire_lease, history, lease_one, queue_probes

PLAN, FILE = Proposal.Type.SELF_IMPROVEMENT, Proposal.Type.IDEA_IMPLEMENTATION


def claimed_ids(cluster: str, capacity: int) -> list[int]:
    return [lease.task_id for lease in claim_tasks(cluster=cluster, capacity=capacity).leases]


@pytest.mark.django_db
def test_claim_tasks_leases_the_best_first() -> None:
    low, high, later = queue_probes(3)
    ExecutionTask.objects.filter(pk=high.pk).update(priority=9)

    claim = claim_tasks(cluster="here", capacity=2)

    assert claim.leases == (Lease(high.pk, 1), Lease(low.pk, 1))
    assert claim.free == 0
    high.refresh_from_db()
    assert (high.status, high.attempts, high.leased_by) == (TaskStatus.LEASED, 1, "here")
    assert history(high) == ["claimed"]
    later.refresh_from_db()
    assert later.status == TaskStatus.QUEUED


@pytest.mark.django_db
def test_claim_tasks_counts_what_is_in_flight() -> None:
    queue_probes(5)
    claim_tasks(cluster="here", capacity=2)

    again = claim_tasks(cluster="here", capacity=3)
    elsewhere = claim_tasks(cluster="there", capacity=9)

    assert len(again.leases) == 1
    assert (len(elsewhere.leases), elsewhere.free) == (2, 7)


@pytest.mark.django_db
def test_claim_tasks_while_halted() -> None:
    queue_probes(1)
    ExecutionControl.objects.create(is_halted=True)

    halted = claimed_ids("here", 5)
    ExecutionControl.objects.update(is_halted=False)
    resumed = claimed_ids("here", 5)

    assert halted == []
    assert len(resumed) == 1


@pytest.mark.django_db
def test_claim_tasks_obeys_limits_as_they_change() -> None:
    queue_probes(9)
    limit = TypeLimit.objects.create(type=PLAN, max_running=3)

    took = [len(claimed_ids("here", 9))]
    for room in (5, 0, None):
        limit.max_running = room
        limit.save()
        took.append(len(claimed_ids("there", 9)))

    assert took == [3, 2, 0, 4]


@pytest.mark.django_db
def test_claim_tasks_puts_the_type_before_the_task() -> None:
    (urgent_plan,) = queue_probes(1, priority=50)
    (file,) = queue_probes(1, type=FILE)
    TypeLimit.objects.create(type=FILE, priority=1)

    order = claimed_ids("here", 9)

    assert order == [file.pk, urgent_plan.pk]


@pytest.mark.django_db
def test_claim_tasks_waits_for_a_retry_to_be_due() -> None:
    later, due = queue_probes(2)
    ExecutionTask.objects.filter(pk=later.pk).update(not_before=timezone.now() + timedelta(hours=1))
    ExecutionTask.objects.filter(pk=due.pk).update(not_before=timezone.now() - timedelta(hours=1))

    order = claimed_ids("here", 9)

    assert order == [due.pk]


@pytest.mark.django_db(transaction=True)
def test_claim_tasks_in_a_race_gives_every_task_once() -> None:
    queue_probes(60)
    TypeLimit.objects.create(type=PLAN, max_running=50)

    def take(cluster: str) -> list[int]:
        try:
            return [task for _ in range(10) for task in claimed_ids(cluster, 40)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        taken = [task for tasks in threads.map(take, ["a", "b", "c", "d"]) for task in tasks]

    assert len(taken) == len(set(taken)) == 50


@pytest.mark.django_db
def test_reap_expired_leases_gives_back_an_attempt_that_never_started() -> None:
    queue_probes(1)
    lease = lease_one()
    expire_lease(lease.task_id)

    reaped = reap_expired_leases()
    again = lease_one("there")

    task = ExecutionTask.objects.get(pk=lease.task_id)
    assert reaped == 1
    assert again == Lease(lease.task_id, fence=2)
    assert task.attempts == 1
    assert history(task) == ["claimed", "requeued", "claimed"]


@pytest.mark.django_db
def test_reap_expired_leases_leaves_the_living_alone() -> None:
    queue_probes(2)
    claim_tasks(cluster="here", capacity=2)

    assert reap_expired_leases() == 0


@pytest.mark.django_db
def test_expire_leases_of_frees_only_that_cluster() -> None:
    queue_probes(2)
    dead, alive = lease_one("dead"), lease_one("alive")

    freed = expire_leases_of("dead")
    reap_expired_leases()

    status = dict(ExecutionTask.objects.filter(parent__isnull=False).values_list("pk", "status"))
    assert freed == 1
    assert status == {dead.task_id: TaskStatus.QUEUED, alive.task_id: TaskStatus.LEASED}
