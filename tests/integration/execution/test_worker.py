"""`run_worker` for real: django-q2's clusters on the test database, killed at the worst moments."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from execution.models import ExecutionControl, ExecutionTask, TaskEvent, WorkerHeartbeat
from execution.states import TaskStatus
from proposals.states import Status
from tests.integration.execution.probing import effects, history, queue_probe, queue_probes
from tests.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("probes")]
PATIENCE = 90  # the machine may be busy; nobody waits longer than it takes
Start = Callable[..., psutil.Process]


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Start]:
    started = []

    def start(*options: str, **environment: str) -> psutil.Process:
        output = (tmp_path / "worker.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_worker", *(options or ["--no-schedules"])],
            env=os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "tests.probe.settings",
                "DATABASE_URL": test_database_url(),
                "EXECUTION_LEASE_SECONDS": "1",
                "EXECUTION_GRACE_SECONDS": "5",
                "EXECUTION_RETRY_SECONDS": "0.1",
                "PYTHONWARNINGS": "default",
            }
            | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=settings.BASE_DIR,
        )
        output.close()
        started.append(process)
        return psutil.Process(process.pid)

    yield start
    for process in started:
        process.terminate()
        process.wait(timeout=30)


def test_database_url() -> str:
    given = settings.DATABASES["default"]
    url = os.environ["DATABASE_URL"]
    return f"{url.rpartition('/')[0]}/{given['NAME']}"


test_database_url.__test__ = False  # type: ignore[attr-defined]


def status_of(task: ExecutionTask) -> str:
    return ExecutionTask.objects.values_list("status", flat=True).get(pk=task.pk)


def wait_for(task: ExecutionTask, status: TaskStatus) -> None:
    wait_until(lambda: status_of(task) == status, seconds=PATIENCE)


def wait_for_pid(folder: Path, task: ExecutionTask, attempt: int) -> int:
    file = folder / f"{task.pk}-{attempt}"
    wait_until(file.exists, seconds=PATIENCE)
    return int(file.read_text())


def master_of(worker: psutil.Process) -> psutil.Process:
    """The django-q2 cluster that runs tasks, once it is there."""
    found: list[psutil.Process] = []

    def look() -> bool:
        with suppress(psutil.NoSuchProcess):
            found.extend(each for each in worker.children() if is_execution_cluster(each))
        return bool(found)

    wait_until(look)
    return found[0]


def is_execution_cluster(process: psutil.Process) -> bool:
    is_cluster = process.status() != psutil.STATUS_ZOMBIE and "qcluster" in process.cmdline()
    return is_cluster and process.environ().get("Q_CLUSTER_NAME") == "execution"


def wait_until_gone(processes: list[psutil.Process]) -> None:
    wait_until(lambda: not [each for each in processes if each.is_running() and each.status() != "zombie"])


def test_run_worker_runs_what_is_queued_unless_halted_and_stops_without_an_orphan(
    start_worker: Start, tmp_path: Path
) -> None:
    running = queue_probe("wait", folder=str(tmp_path))
    worker = start_worker("--verbosity=1")  # with its schedules, as it is run
    wait_for_pid(tmp_path, running, attempt=1)

    ExecutionControl.objects.create(is_halted=True)
    queued = queue_probe()
    (tmp_path / "go").touch()
    wait_for(running, TaskStatus.SUCCEEDED)
    wait_until(lambda: not ExecutionTask.objects.filter(status=TaskStatus.LEASED).exists())
    still = status_of(queued)
    ExecutionControl.objects.update(is_halted=False)
    wait_for(queued, TaskStatus.SUCCEEDED)

    assert still == TaskStatus.QUEUED
    assert effects(running) == effects(queued) == 1
    assert history(running) == ["queued", "claimed", "started", "succeeded"]
    assert WorkerHeartbeat.objects.count() == 1
    family = [worker, *worker.children(recursive=True)]
    assert len(family) > 8
    worker.terminate()
    wait_until_gone(family)
    assert not WorkerHeartbeat.objects.exists()


def test_run_worker_killed_in_mid_task_in_part_or_whole_ends_tasks_once(start_worker: Start, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    task = queue_probe("wait", folder=str(one))
    worker = start_worker()

    os.kill(wait_for_pid(one, task, attempt=1), signal.SIGKILL)
    (one / "go").touch()
    wait_for(task, TaskStatus.SUCCEEDED)
    second = queue_probe("wait", folder=str(other))
    wait_for_pid(other, second, attempt=1)
    family = worker.children(recursive=True)
    worker.kill()
    wait_until_gone(family)  # killed alone, it takes its clusters along
    (other / "go").touch()
    start_worker()
    wait_for(second, TaskStatus.SUCCEEDED)

    task.refresh_from_db()
    assert (effects(task), task.attempts, task.fence) == (1, 2, 2)
    assert history(task) == ["queued", "claimed", "started", "requeued", "claimed", "started", "succeeded"]
    assert effects(second) == 1


def test_run_worker_outlives_tasks_that_kill_their_workers_or_never_end(start_worker: Start, tmp_path: Path) -> None:
    poison, endless, good = queue_probe("die"), queue_probe("wait", folder=str(tmp_path)), queue_probe()
    ExecutionTask.objects.filter(pk=endless.pk).update(max_attempts=1)
    start_worker(EXECUTION_WORKERS="1", EXECUTION_PREFETCH="0", EXECUTION_TIMEOUT_SECONDS="1")

    for task, status in ((poison, TaskStatus.FAILED), (endless, TaskStatus.FAILED), (good, TaskStatus.SUCCEEDED)):
        wait_for(task, status)
        task.refresh_from_db()

    assert (poison.attempts, endless.attempts) == (3, 1)
    assert (effects(poison), effects(endless), effects(good)) == (0, 0, 1)
    assert endless.error == "Task exceeded maximum timeout value (1 seconds)"
    assert poison.proposal.status == Status.FAILED


def test_run_worker_replaces_a_cluster_that_is_killed_or_hangs(start_worker: Start, tmp_path: Path) -> None:
    task = queue_probe("wait", folder=str(tmp_path))
    worker = start_worker(  # a new cluster takes the leases of the old one over, and need not wait for their end
        EXECUTION_STUCK_SECONDS="2", EXECUTION_GRACE_SECONDS="1", EXECUTION_LEASE_SECONDS="3600"
    )
    wait_for_pid(tmp_path, task, attempt=1)
    master = master_of(worker)
    cluster = [master, *master.children(recursive=True)]

    master.kill()
    wait_until_gone(cluster)
    (tmp_path / "go").touch()
    wait_for(task, TaskStatus.SUCCEEDED)
    second = master_of(worker)
    cluster = [second, *second.children(recursive=True)]
    for process in cluster:
        process.suspend()
    after = queue_probe()
    wait_for(after, TaskStatus.SUCCEEDED)

    assert effects(task) == effects(after) == 1
    assert len({master.pid, second.pid, master_of(worker).pid}) == 3
    wait_until_gone(cluster)


def test_run_worker_under_random_kills_has_every_effect_once(start_worker: Start) -> None:
    tasks = queue_probes(40, max_attempts=50)
    worker = start_worker(EXECUTION_STUCK_SECONDS="2", EXECUTION_GRACE_SECONDS="1")

    for done in range(5, 36, 10):
        wait_until(lambda done=done: TaskEvent.objects.filter(name="succeeded").count() >= done, seconds=PATIENCE)
        master = master_of(worker)
        with suppress(psutil.NoSuchProcess):
            random.choice([master, *master.children(recursive=True)]).kill()
    wait_until(lambda: not ExecutionTask.objects.exclude(status=TaskStatus.SUCCEEDED).exists(), seconds=PATIENCE)

    assert {effects(task) for task in tasks} == {1}
