"""The tasks and the kill switch at the admin."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from execution.models import ExecutionControl, ExecutionTask
from execution.services.control import halt_execution
from execution.states import TaskStatus
from proposals.models import User
from proposals.services import service_account
from tests.factories import create_user, file_proposal
from tests.factories.browsers import log_in, review_url
from tests.factories.tasks import create_sql_task, create_task, lease_task

pytestmark = pytest.mark.django_db

TASKS = "/admin/execution/executiontask/"
SWITCH = "/admin/execution/executioncontrol/"
REASON = "Seen it, thought about it, wrote it down."


def _url(task: ExecutionTask) -> str:
    return f"{TASKS}{task.pk}/change/"


def _status(task: ExecutionTask) -> str:
    return ExecutionTask.objects.values_list("status", flat=True).get(pk=task.pk)


def _failed_task() -> ExecutionTask:
    from execution.services.runs import fail_task, start_task  # noqa: PLC0415

    task = lease_task(create_task())
    start_task(task.pk, task.fence)
    fail_task(task.pk, task.fence, "The disk is full; make room, then retry.", permanent=True)
    task.refresh_from_db()
    return task


@pytest.mark.parametrize("group", ["Viewers", "Operators"])
def test_task_pages_answer_everyone_who_may_look(group: str) -> None:
    task = _failed_task()
    client = log_in(create_user(groups=[group]))

    answers = [client.get(url).status_code for url in (TASKS, _url(task), SWITCH, "/admin/execution/typelimit/")]

    assert answers == [200] * 4


def test_task_page_tells_what_happened() -> None:
    task = _failed_task()

    page = log_in().get(_url(task)).content.decode()

    assert "The disk is full; make room, then retry." in page
    assert "Started" in page
    assert str(task.public_id) in page
    assert review_url(task.proposal) in page


def test_task_page_of_hostile_text_is_inert() -> None:
    task = create_task(proposal=file_proposal("a<script>alert(1)</script>\u202e.txt", "<script>alert(2)</script>"))

    page = log_in().get(_url(task)).content.decode()

    assert "<script>alert" not in page
    assert "\u202e" not in page


def test_task_page_without_the_view_permission_is_refused() -> None:
    assert log_in(create_user(groups=[])).get(_url(create_task())).status_code == 403


def test_task_page_of_no_task_leads_home() -> None:
    assert log_in().get(f"{TASKS}987654/change/")["Location"] == "/admin/"


@pytest.mark.parametrize("method", ["delete", "add"])
def test_tasks_are_neither_added_nor_deleted(method: str) -> None:
    root, task = User.objects.create_superuser("root-of-tests", password="pw"), create_task()
    url = f"{TASKS}add/" if method == "add" else f"{TASKS}{task.pk}/delete/"

    assert log_in(root).post(url, {"post": "yes"}).status_code == 403
    assert _status(task) == TaskStatus.QUEUED


def test_task_list_takes_as_many_queries_for_twenty_rows_as_for_five(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = log_in()
    for number in range(5):
        create_sql_task(f"SELECT {number};", f"a{number}.sql")
    client.get(TASKS)
    with django_assert_num_queries(50, exact=False) as few:
        client.get(TASKS)

    for number in range(5, 20):
        create_sql_task(f"SELECT {number};", f"a{number}.sql")
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(TASKS)


@pytest.mark.parametrize(("action", "after"), [("retry", TaskStatus.QUEUED), ("cancel", TaskStatus.CANCELLED)])
def test_task_post_by_an_operator_acts(action: str, after: TaskStatus) -> None:
    task = _failed_task()

    answer = log_in().post(_url(task), {"action": action, "note": REASON})

    assert answer.status_code == 302
    assert _status(task) == after
    event = task.events.order_by("-id").first()
    assert event is not None
    assert event.note == REASON


@pytest.mark.parametrize("action", ["retry", "cancel", "roll_back", "complete", "explode", ""])
def test_task_post_by_a_viewer_changes_nothing(action: str) -> None:
    task = _failed_task()

    answer = log_in(create_user(groups=["Viewers"])).post(_url(task), {"action": action, "note": REASON})

    assert answer.status_code == 409
    assert f">{REASON}</textarea>" in answer.content.decode()
    assert _status(task) == TaskStatus.FAILED


@pytest.mark.parametrize("action", ["retry", "cancel", "roll_back", "complete"])
def test_task_post_by_a_service_changes_nothing(action: str) -> None:
    task = _failed_task()
    robot = service_account("robot")
    User.objects.filter(pk=robot.pk).update(is_staff=True, is_superuser=True)

    answer = log_in(User.objects.get(pk=robot.pk)).post(_url(task), {"action": action, "note": REASON})

    assert answer.status_code == 409
    assert _status(task) == TaskStatus.FAILED


def test_review_page_shows_the_tasks_of_its_proposal() -> None:
    task = create_task()

    page = log_in().get(review_url(task.proposal)).content.decode()

    assert "<summary>Execution <" in page
    assert _url(task) in page


def test_kill_switch_shows_on_every_page_until_it_is_moved_back() -> None:
    client, urls = log_in(), ["/admin/", "/admin/proposals/proposal/", TASKS, SWITCH, "/admin/billing/offer/"]

    client.post(SWITCH, {"action": "halt", "reason": "Something <b>smells</b> off."})
    halted = [b"Execution is halted." in client.get(url).content for url in urls]
    assert b"Something &lt;b&gt;smells" in client.get("/admin/").content
    client.post(SWITCH, {"action": "resume", "reason": "All is well again."})

    assert halted == [True] * len(urls)
    assert b"Execution is halted." not in client.get("/admin/").content
    assert not ExecutionControl.objects.get().is_halted


def test_kill_switch_without_a_reason_keeps_what_was_typed() -> None:
    answer = log_in().post(SWITCH, {"action": "halt", "reason": "no"})

    assert b">no</textarea>" in answer.content
    assert not ExecutionControl.objects.filter(is_halted=True).exists()


@pytest.mark.parametrize("action", ["halt", "resume"])
def test_kill_switch_by_a_viewer_stays_where_it_is(action: str) -> None:
    if action == "resume":
        halt_execution(by=create_user(), reason="Something smells off.")
    before = ExecutionControl.objects.filter(is_halted=True).exists()

    answer = log_in(create_user(groups=["Viewers"])).post(SWITCH, {"action": action, "reason": REASON})

    assert b"Nothing was changed" in answer.content
    assert ExecutionControl.objects.filter(is_halted=True).exists() == before


def test_kill_switch_of_nobody_asks_for_a_login() -> None:
    answer = Client().post(SWITCH, {"action": "halt", "reason": REASON})

    assert answer["Location"].startswith("/admin/login/")
    assert not ExecutionControl.objects.filter(is_halted=True).exists()
