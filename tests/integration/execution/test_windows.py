"""Freezes, limits of kinds, dependencies, ageing, what is run by hand, and retries that pass the gate again."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from execution.models import ExecutionTask, Freeze, KindLimit, RunRule, TypeLimit
from execution.queue.claim import claim_tasks
from execution.queue.load import capacity_now
from execution.services.ageing import age_tasks
from execution.services.held import run_held_task
from execution.services.interventions import retry_task
from execution.services.rights import ExecutionRefused
from execution.services.runs import fail_task, start_task
from execution.states import TaskStatus
from proposals.models import PolicyVersion, Proposal
from proposals.services import approve_proposal, save_policy
from proposals.states import Status
from tests.factories import approval_of, create_proposal, create_user, file_proposal
from tests.factories.browsers import log_in
from tests.factories.clients import create_client
from tests.factories.tasks import create_task, lease_task
from tests.integration.execution.probing import history, queue_probes
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db


def freeze(minutes: int = 30) -> Freeze:
    now = timezone.now()
    return Freeze.objects.create(starts_at=now, ends_at=now + timedelta(minutes=minutes), reason="The big sale")


def test_claim_during_a_freeze_brings_nothing_and_a_leased_task_is_handed_back() -> None:
    leased = lease_task(create_task())
    create_task()
    freeze()

    assert claim_tasks(cluster="here", capacity=5).leases == ()
    assert start_task(leased.pk, leased.fence) is None
    leased.refresh_from_db()
    assert leased.status == TaskStatus.QUEUED


def test_claim_after_a_freeze_goes_on() -> None:
    create_task()
    held = freeze()
    Freeze.objects.filter(pk=held.pk).update(starts_at=timezone.now() - timedelta(hours=1), ends_at=timezone.now())

    assert len(claim_tasks(cluster="here", capacity=5).leases) == 1


def test_freeze_names_its_end_on_every_page() -> None:
    client = log_in()
    now = timezone.now()
    form = {
        "starts_at_0": now.date().isoformat(),
        "starts_at_1": "00:00:00",
        "ends_at_0": (now + timedelta(days=2)).date().isoformat(),
        "ends_at_1": "06:00:00",
        "reason": "The big sale",
    }

    answer = client.post("/admin/execution/freeze/add/", form)

    assert answer.status_code == 302
    page = client.get("/admin/").content.decode()
    assert "Execution is frozen until" in page
    assert "The big sale" in page


def test_freeze_that_ends_before_it_starts_is_refused() -> None:
    form = {
        "starts_at_0": "2026-01-02",
        "starts_at_1": "00:00:00",
        "ends_at_0": "2026-01-01",
        "ends_at_1": "00:00:00",
        "reason": "Backwards",
    }

    assert "A freeze ends after it starts." in log_in().post("/admin/execution/freeze/add/", form).content.decode()


@pytest.mark.parametrize(("most", "claimed"), [(0, 0), (1, 1), (3, 3)])
def test_claim_keeps_the_limit_of_a_kind(most: int, claimed: int) -> None:
    queue_probes(5, kind="sql")
    KindLimit.objects.create(kind="sql", max_running=most)

    assert len(claim_tasks(cluster="here", capacity=10).leases) == claimed
    assert claim_tasks(cluster="there", capacity=10).leases == ()


def test_claim_of_a_full_kind_leaves_room_for_others() -> None:
    sql = queue_probes(5, kind="sql", priority=9)
    files = queue_probes(2, kind="file")
    KindLimit.objects.create(kind="sql", max_running=1)

    first = {lease.task_id for lease in claim_tasks(cluster="here", capacity=4).leases}
    second = {lease.task_id for lease in claim_tasks(cluster="here", capacity=4).leases}

    assert len(first & {task.pk for task in sql}) == 1
    assert (first | second) >= {task.pk for task in files}
    assert len((first | second) & {task.pk for task in sql}) == 1


@pytest.mark.parametrize("status", [TaskStatus.QUEUED, TaskStatus.FAILED, TaskStatus.ROLLED_BACK])
def test_claim_waits_for_what_a_task_depends_on(status: TaskStatus) -> None:
    first, second = queue_probes(2)
    second.depends_on.add(first)
    end = timezone.now() if status != TaskStatus.QUEUED else None
    later = timezone.now() + timedelta(hours=1)
    ExecutionTask.objects.filter(pk=first.pk).update(status=status, finished_at=end, not_before=later)

    assert claim_tasks(cluster="here", capacity=5).leases == ()

    ExecutionTask.objects.filter(pk=first.pk).update(status=TaskStatus.SUCCEEDED, finished_at=timezone.now())
    assert [lease.task_id for lease in claim_tasks(cluster="here", capacity=5).leases] == [second.pk]


def test_age_tasks_lets_what_waited_long_go_before_a_preferred_type() -> None:
    (starving,) = queue_probes(1, queued_at=timezone.now() - timedelta(hours=2))
    queue_probes(5, type=Proposal.Type.IMPLEMENT_IDEA, priority=10)
    TypeLimit.objects.create(type=Proposal.Type.IMPLEMENT_IDEA, priority=50)

    assert age_tasks() == 1
    assert age_tasks() == 0
    (lease,) = claim_tasks(cluster="here", capacity=1).leases
    assert lease.task_id == starving.pk
    assert history(starving) == ["aged", "claimed"]


@pytest.mark.parametrize(("load", "limit", "expected"), [(1.0, 0, 6), (99.0, 0, 6), (1.0, 4, 6), (9999.0, 4, 3)])
def test_capacity_shrinks_on_a_loaded_machine(
    settings: Any, monkeypatch: pytest.MonkeyPatch, load: float, limit: float, expected: int
) -> None:
    settings.EXECUTION_LOAD_LIMIT = limit
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))

    assert capacity_now(6) == expected


@pytest.fixture
def lock_waits() -> Iterator[None]:
    """Two sessions that wait for a lock, as when somebody alters a table that everybody reads."""
    dsn, password, key = connection.connection.info.dsn, connection.settings_dict["PASSWORD"], 41_807
    with ExitStack() as opened:
        holder, *waiting = (
            opened.enter_context(psycopg.connect(dsn, password=password, autocommit=True)) for _ in range(3)
        )
        holder.execute("SELECT pg_advisory_lock(%s)", [key])
        wait = "SELECT pg_advisory_lock_shared(%s)"
        threads = [threading.Thread(target=each.execute, args=[wait, [key]]) for each in waiting]
        for thread in threads:
            thread.start()
        blocked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
        wait_until(lambda: holder.execute(blocked, [key]).fetchone() == (2,))
        yield
        holder.execute("SELECT pg_advisory_unlock(%s)", [key])
        for thread in threads:
            thread.join()


@pytest.mark.usefixtures("lock_waits")
@pytest.mark.parametrize(("limit", "expected"), [(0, 4), (1, 2), (10_000, 4)])
def test_claim_shrinks_while_the_database_is_loaded(settings: Any, limit: int, expected: int) -> None:
    settings.EXECUTION_DATABASE_LIMIT = limit
    queue_probes(6)

    assert len(claim_tasks(cluster="here", capacity=4).leases) == expected


def test_held_task_is_run_by_another_person_than_who_approved_it() -> None:
    RunRule.objects.create(band="block")
    approver = create_user()
    proposal = create_proposal(Status.BLOCKED, block_execution=True)
    approve_proposal(**approval_of(proposal), by=approver)
    task = proposal.tasks.get()
    assert (task.status, task.is_held) == (TaskStatus.WAITING, True)
    assert claim_tasks(cluster="here", capacity=5).leases == ()

    with pytest.raises(ExecutionRefused, match="another person must run it"):
        run_held_task(task_id=task.pk, by=approver)
    answer = log_in().post(f"/admin/execution/executiontask/{task.pk}/change/", {"action": "run", "note": ""})

    task.refresh_from_db()
    assert (answer.status_code, task.status, task.is_held) == (302, TaskStatus.QUEUED, False)
    assert len(claim_tasks(cluster="here", capacity=5).leases) == 1


def test_held_task_during_a_freeze_is_refused_with_its_end() -> None:
    RunRule.objects.create(band="block", by_another=False)
    task = create_task()
    freeze()

    answer = create_client(create_user()).post(f"/api/v1/tasks/{task.public_id}/run/", {"note": ""}, "json")

    assert answer.status_code in {403, 409}
    assert "frozen until" in answer.json()["detail"]


def test_run_of_a_task_that_is_not_held_is_refused() -> None:
    with pytest.raises(ExecutionRefused, match="does not wait for a person to run it"):
        run_held_task(task_id=create_task().pk, by=create_user())


def test_retry_goes_through_the_gate_again() -> None:
    proposal = create_proposal(Status.CLEARED, proposal=file_proposal("notes/new.txt", "Sow in March."))
    approve_proposal(**approval_of(proposal), by=create_user())
    task = lease_task(proposal.tasks.get())
    start_task(task.pk, task.fence)
    fail_task(task.pk, task.fence, "no", permanent=True)
    rules = PolicyVersion.objects.current().rules.to_dict()
    stricter = rules | {"protected_paths": [*rules["protected_paths"], "notes/**"]}
    save_policy(document=stricter, by=None, note="Notes are protected from now on.")

    with pytest.raises(ExecutionRefused, match="judges it worse than when it was approved"):
        retry_task(task_id=task.pk, by=create_user())

    save_policy(document=rules, by=None, note="Notes are free again.")
    assert retry_task(task_id=task.pk, by=create_user()).status == TaskStatus.QUEUED
