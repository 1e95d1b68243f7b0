import threading
from contextlib import suppress
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.utils import timezone
from pytest_django.fixtures import Settings

from execution import tasks
from execution.failures import LeaseLost
from execution.handlers import Execution
from execution.models import ExecutionControl, ExecutionTask, RollbackArtifact
from execution.queue.claim import Lease, claim_tasks
from execution.queue.heartbeat import Heartbeat
from execution.queue.reaper import reap_expired_leases
from execution.services.reasons import reason_of
from execution.services.runs import backoff_seconds, finish_task, start_task
from execution.states import TaskStatus
from proposals.states import Status
from tests.integration.execution.probing import effects, expire_lease, history, lease_one, queue_probe
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("probes")


def deliver(lease: Lease) -> None:
    tasks.run(lease.task_id, lease.fence)


def reloaded(task: ExecutionTask) -> ExecutionTask:
    return ExecutionTask.objects.select_related("proposal").get(pk=task.pk)


def make_due(task: ExecutionTask) -> None:
    ExecutionTask.objects.filter(pk=task.pk).update(not_before=timezone.now() - timedelta(hours=1))


def test_run_succeeds() -> None:
    task = queue_probe()

    deliver(lease_one())

    after = reloaded(task)
    assert (after.status, after.result, after.lease_until, after.leased_by) == ("succeeded", {"fence": 1}, None, "")
    assert after.started_at
    assert after.finished_at
    assert after.started_at < after.finished_at
    assert after.proposal.status == Status.EXECUTED
    assert effects(task) == 1
    assert history(task) == ["queued", "claimed", "started", "succeeded"]


def test_run_delivered_twice_has_one_effect() -> None:
    task = queue_probe()
    lease = lease_one()

    deliver(lease)
    deliver(lease)

    assert effects(task) == 1


def test_run_with_an_older_fence_changes_nothing() -> None:
    task = queue_probe()
    stale = lease_one("slow")
    expire_lease(task.pk)
    reap_expired_leases()
    fresh = lease_one("fast")

    deliver(stale)

    assert reloaded(task).status == TaskStatus.LEASED
    assert effects(task) == 0
    deliver(fresh)
    assert effects(task) == 1


@pytest.mark.django_db(transaction=True)  # an outer transaction could not go on after it
def test_finish_task_by_a_worker_that_wakes_late_is_undone() -> None:
    task = queue_probe()
    slow = lease_one("slow")
    start_task(slow.task_id, slow.fence)
    expire_lease(task.pk)
    reap_expired_leases()
    deliver(lease_one("fast"))

    with pytest.raises(LeaseLost):
        finish_task(slow.task_id, slow.fence, Execution(result={"late": True}))

    assert reloaded(task).result == {"fence": 2}
    assert effects(task) == 1


@pytest.mark.django_db(transaction=True)
def test_finish_task_keeps_a_way_back_that_holds_nul() -> None:
    task = queue_probe()
    lease = lease_one()
    start_task(lease.task_id, lease.fence)
    hostile = {"a": [{"b": ["c\x00", "\\u0000", 1]}]}

    finish_task(lease.task_id, lease.fence, Execution(result=hostile, artifact=hostile))

    shown = {"a": [{"b": ["c\u2400", "\\u0000", 1]}]}
    assert reloaded(task).result == shown
    assert RollbackArtifact.objects.get(task=task).data == shown


def test_run_while_halted_hands_the_task_back() -> None:
    task = queue_probe()
    lease = lease_one()
    ExecutionControl.objects.create(is_halted=True)

    deliver(lease)

    after = reloaded(task)
    assert (after.status, after.attempts) == (TaskStatus.QUEUED, 0)
    assert effects(task) == 0


def test_run_that_fails_for_good_keeps_one_clean_line() -> None:
    task = queue_probe("fail")

    deliver(lease_one())

    after = reloaded(task)
    assert (after.status, after.attempts) == (TaskStatus.FAILED, 1)
    assert after.error == "the probe was told to fail; password=***"
    assert after.proposal.status == Status.FAILED
    assert effects(task) == 0


def test_run_of_an_unknown_kind_fails() -> None:
    task = queue_probe()
    ExecutionTask.objects.filter(pk=task.pk).update(kind="alchemy")

    deliver(lease_one())

    assert "alchemy" in reloaded(task).error


def test_run_that_may_pass_is_tried_again_until_its_last_attempt(settings: Settings) -> None:
    settings.EXECUTION_RETRY_SECONDS = 100
    task = queue_probe("pass_away")

    pauses = []
    for _ in range(task.max_attempts - 1):
        deliver(lease_one())
        after = reloaded(task)
        assert after.status == TaskStatus.QUEUED
        assert after.not_before
        pauses.append((after.not_before - timezone.now()).total_seconds())
        make_due(task)
    deliver(lease_one())

    assert 40 < pauses[0] < 151
    assert 90 < pauses[1] < 301
    assert (reloaded(task).status, reloaded(task).attempts) == (TaskStatus.FAILED, 3)
    assert history(task).count("requeued") == 2


@pytest.mark.parametrize(("attempts", "least", "most"), [(1, 2.5, 7.5), (2, 5, 15), (3, 10, 30), (30, 300, 900)])
def test_backoff_seconds_grows_to_a_limit(attempts: int, least: float, most: float) -> None:
    assert least <= backoff_seconds(attempts) <= most


def test_reaper_fails_a_task_that_kills_its_workers() -> None:
    task = queue_probe("die")

    for _ in range(task.max_attempts):
        lease = lease_one()
        start_task(lease.task_id, lease.fence)
        expire_lease(task.pk)
        reap_expired_leases()

    after = reloaded(task)
    assert (after.status, after.attempts) == (TaskStatus.FAILED, 3)
    assert "its worker died" in after.error
    assert after.proposal.status == Status.FAILED


def cut_off() -> None:
    """As a restart of the server does to a connection that is idle."""
    with psycopg.connect(connection.connection.info.dsn, password=connection.settings_dict["PASSWORD"]) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])


@pytest.mark.django_db(transaction=True)
def test_run_after_the_server_was_restarted_starts_on_a_new_connection() -> None:
    task, lease = queue_probe(), lease_one()
    cut_off()

    deliver(lease)

    assert (reloaded(task).status, effects(task)) == (TaskStatus.SUCCEEDED, 1)


@pytest.mark.django_db(transaction=True)
def test_run_cut_off_from_the_database_records_why_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    task, lease = queue_probe(), lease_one()
    monkeypatch.setattr("tests.probe.handler.ProbeHandler.in_transaction", False)
    monkeypatch.setattr("tests.probe.handler.ProbeHandler.execute", lambda *_: cut_off() or Execution(result={}))

    deliver(lease)

    after = reloaded(task)
    assert after.status == TaskStatus.QUEUED
    assert "connection" in after.error


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("interruption", [LeaseLost(), SystemExit("Task exceeded maximum timeout value (9 seconds)")])
def test_run_interrupted_in_mid_commit_leaves_a_process_that_works(
    monkeypatch: pytest.MonkeyPatch, interruption: BaseException
) -> None:
    first, second = queue_probe(), queue_probe()
    leases = claim_tasks(cluster="here", capacity=2).leases

    original = DatabaseWrapper._commit

    def commit(wrapper: DatabaseWrapper) -> None:
        monkeypatch.setattr(DatabaseWrapper, "_commit", original)
        wrapper.connection.pgconn.send_query(b"COMMIT")  # and nobody waits for the answer
        raise interruption

    def execute(*_: object) -> Execution:
        monkeypatch.setattr(DatabaseWrapper, "_commit", commit)
        return Execution(result={})

    with monkeypatch.context() as patched, suppress(SystemExit):
        patched.setattr("tests.probe.handler.ProbeHandler.execute", execute)
        deliver(leases[0])
    deliver(leases[1])

    assert reloaded(first).status != TaskStatus.FAILED
    assert (reloaded(second).status, effects(second)) == (TaskStatus.SUCCEEDED, 1)


@pytest.mark.django_db(transaction=True)
def test_run_ended_by_a_timeout_is_recorded_and_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    task = queue_probe()

    def time_out(*_: object) -> None:
        raise SystemExit("Task exceeded maximum timeout value (300 seconds)")

    monkeypatch.setattr("tests.probe.handler.ProbeHandler.execute", time_out)
    with pytest.raises(SystemExit):
        deliver(lease_one())

    after = reloaded(task)
    assert after.status == TaskStatus.QUEUED
    assert after.error == "Task exceeded maximum timeout value (300 seconds)"


@pytest.mark.django_db(transaction=True)
def test_heartbeat_renews_the_lease(settings: Settings) -> None:
    settings.EXECUTION_LEASE_SECONDS = 0.3
    task = queue_probe()
    lease = lease_one()
    start_task(lease.task_id, lease.fence)
    first = reloaded(task).lease_until
    assert first is not None

    with Heartbeat(lease.task_id, lease.fence):
        wait_until(lambda: (reloaded(task).lease_until or first) > first + timedelta(seconds=0.3))

    assert reap_expired_leases() in {0, 1}  # nobody holds it up any more


@pytest.mark.django_db(transaction=True)
def test_heartbeat_interrupts_a_worker_that_lost_its_lease(settings: Settings) -> None:
    settings.EXECUTION_LEASE_SECONDS = 0.3
    queue_probe()
    lease = lease_one()
    start_task(lease.task_id, lease.fence)
    ExecutionTask.objects.filter(pk=lease.task_id).update(fence=lease.fence + 1)

    with pytest.raises(LeaseLost), Heartbeat(lease.task_id, lease.fence):
        threading.Event().wait(30)

    connection.close()  # as run does after an interruption


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (ValueError(), "ValueError"),
        (ValueError("one\ntwo"), "one"),
        ("cannot reach postgresql://bob:pw@host/db now", "cannot reach postgresql://***@host/db now"),
        ("Authorization: Bearer abc.def stays out", "Authorization: *** stays out"),
        ("api_key = sk_live_1, token:abc", "api_key = *** token:***"),
        ("a\x00b\u202ec", "a b c"),
        ("x" * 600, "x" * 499 + "…"),
    ],
)
def test_reason_of_is_one_line_without_secrets(said: BaseException | str, kept: str) -> None:
    assert reason_of(said) == kept
