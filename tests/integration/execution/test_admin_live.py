"""What the task pages ask for while a task goes on."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from execution.admin.live import live_states, version_of
from execution.models import ExecutionTask, TaskPhase
from execution.models.phase import current_phase
from execution.services.history import write_task_event
from execution.services.interventions import cancel_task
from execution.services.runs import start_task
from execution.states import TaskStatus
from proposals.actors import Actor
from tests.factories import create_user, file_proposal
from tests.factories.browsers import log_in
from tests.factories.tasks import create_task, lease_task
from tests.integration.execution.probing import queue_probes

pytestmark = pytest.mark.django_db

TASKS = "/admin/execution/executiontask/"


def _live(task: ExecutionTask, seen: str = "") -> str:
    return f"{TASKS}{task.pk}/live/?seen={seen}"


def _states() -> str:
    return live_states(ExecutionTask.objects.annotate(phase=current_phase()).order_by("id"))


def _running() -> ExecutionTask:
    task = lease_task(create_task())
    start_task(task.pk, task.fence)
    TaskPhase.objects.create(task=task, attempt=1, name=TaskPhase.Name.APPLY, started_at=timezone.now())
    task.refresh_from_db()
    return task


@pytest.mark.parametrize("address", ["{}/live/", "live/?rows=1.queued.0..0"])
def test_live_addresses_are_refused_without_the_view_permission(address: str) -> None:
    url = TASKS + address.format(create_task().pk)

    answers = [client.get(url).status_code for client in (Client(), log_in(create_user(groups=[])))]

    assert answers == [403, 403]


def test_live_page_of_a_task_to_which_nothing_happened_is_empty() -> None:
    task = create_task()

    answer = log_in(create_user(groups=["Viewers"])).get(_live(task, version_of(task)))

    assert (answer.status_code, answer.content) == (204, b"")


def test_live_page_of_a_task_that_runs_counts_its_time_and_leaves_the_rest_alone() -> None:
    task = _running()

    page = log_in().get(_live(task, version_of(task))).content.decode()

    assert "Apply…" in page
    assert "fs-phase-apply fs-running" in page
    assert "task-rest" not in page
    assert "hx-get" in page


def test_live_page_of_a_task_that_ended_brings_all_of_it_and_asks_no_more() -> None:
    task = create_task(proposal=file_proposal("a<script>alert(1)</script>\u202e.txt", "<script>alert(2)</script>"))
    seen = version_of(task)
    cancel_task(task_id=task.pk, by=create_user(), note="<img src=x onerror=alert(3)>")

    page = log_in().get(_live(task, seen)).content.decode()

    assert all(f'id="task-{part}"' in page for part in ("head", "facts", "buttons", "attempts", "rest"))
    assert "hx-get" not in page
    assert "<script>" not in page
    assert "<img" not in page
    assert "\u202e" not in page


def test_live_page_takes_as_many_queries_for_a_long_history_as_for_a_short_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    task, client = _running(), log_in()
    client.get(_live(task))
    with django_assert_num_queries(40, exact=False) as few:
        client.get(_live(task))

    for _ in range(30):
        write_task_event(task, name="noted", before=task.status, by=Actor.system())
    queue_probes(5)
    ExecutionTask.objects.filter(kind="probe", parent__isnull=False).update(parent=task)
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(_live(task))


def test_live_rows_bring_what_changed_and_ask_for_what_goes_on() -> None:
    idle, cancelled = queue_probes(2)
    shown = _states()
    cancel_task(task_id=cancelled.pk, by=create_user())
    client = log_in()

    page = client.get(f"{TASKS}live/", {"rows": shown}).content.decode()

    assert f'<span id="task-standing-{cancelled.pk}" hx-swap-oob="true">' in page
    assert f'id="task-standing-{idle.pk}"' not in page
    assert f"rows={idle.pk}.queued" in page
    assert f"{cancelled.pk}.cancelled" not in page
    assert client.get(f"{TASKS}live/", {"rows": _states()}).status_code == 204


@pytest.mark.parametrize("rows", ["", "x", "1.queued", f"{'9' * 18}.queued.0..0", "1.queued.0.'.0,,\x00", "9" * 5000])
def test_live_rows_of_nonsense_are_none(rows: str) -> None:
    assert log_in().get(f"{TASKS}live/", {"rows": rows}).status_code == 204


def test_live_rows_take_as_many_queries_for_fifty_as_for_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    queue_probes(50)
    rows, client = _states().replace(".queued.", ".leased.").split(","), log_in()
    with django_assert_num_queries(10, exact=False) as few:
        client.get(f"{TASKS}live/", {"rows": rows[0]})

    with django_assert_num_queries(len(few.captured_queries)):
        page = client.get(f"{TASKS}live/", {"rows": ",".join(rows)}).content.decode()

    assert page.count('id="task-standing-') == 50
    assert ExecutionTask.objects.filter(status=TaskStatus.QUEUED).count() == 50
