"""Tasks over the API."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from execution.api.schema import DETAIL, EVENT, ROW, SWITCH
from execution.models import ExecutionTask, Rollback, TaskEvent
from execution.services.control import halt_execution
from execution.services.runs import fail_task, start_task
from execution.states import TaskStatus
from tests.factories import create_user
from tests.factories.clients import assert_problem, create_client
from tests.factories.tasks import create_task, lease_task, run_task

pytestmark = pytest.mark.django_db

TASKS = "/api/v1/tasks/"
REASON = {"reason": "The shop is slower since then."}
ROLES = ("anonymous", "viewer", "operator", "robot_operator", "stranger")


@pytest.fixture
def viewer() -> APIClient:
    return create_client(create_user(groups=["Viewers"]))


@pytest.fixture
def operator() -> APIClient:
    return create_client(create_user("Ada"))


def _address(task: ExecutionTask, below: str = "") -> str:
    return f"{TASKS}{task.public_id}/{below}"


def _create_failed_task() -> ExecutionTask:
    task = lease_task(create_task())
    start_task(task.pk, task.fence)
    fail_task(task.pk, task.fence, RuntimeError("the disk is full"), permanent=True)
    task.refresh_from_db()
    return task


def test_tasks_list_shows_what_was_queued(viewer: APIClient) -> None:
    task = create_task()

    rows = viewer.get(TASKS).json()["results"]

    assert [row["id"] for row in rows] == [str(task.public_id)]
    assert rows[0].keys() == ROW.keys()
    assert rows[0]["status"] == "queued"
    assert rows[0]["proposal"] == task.proposal.report_id
    assert rows[0]["approved_by"] == task.approved_by.username  # type: ignore[union-attr]
    assert viewer.get(rows[0]["url"]).json()["id"] == rows[0]["id"]
    assert viewer.get(rows[0]["proposal_url"]).json()["id"] == rows[0]["proposal"]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("status=failed", ["failed"]),
        ("status=failed&status=queued", ["failed", "queued"]),
        ("kind=plan", ["failed", "queued"]),
        ("kind=sql", []),
        ("type=self_improvement", ["failed", "queued"]),
        ("proposal=fsar_unknown", []),
        ("queued_before=2000-01-01T00:00:00Z", []),
        ("queued_after=2000-01-01T00:00:00Z&status=queued", ["queued"]),
    ],
)
def test_tasks_list_filter_narrows(viewer: APIClient, query: str, wanted: list[str]) -> None:
    create_task()
    _create_failed_task()

    rows = viewer.get(f"{TASKS}?{query}").json()["results"]

    assert sorted(row["status"] for row in rows) == wanted


def test_tasks_list_by_proposal(viewer: APIClient) -> None:
    task, _ = create_task(), create_task()

    rows = viewer.get(TASKS, {"proposal": task.proposal.report_id}).json()["results"]

    assert [row["id"] for row in rows] == [str(task.public_id)]


@pytest.mark.parametrize("query", ["status=done", "kind=x", "proposal=%00", "queued_after=soon", "state=queued"])
def test_tasks_list_wrong_parameter_is_named(viewer: APIClient, query: str) -> None:
    problem = assert_problem(viewer.get(f"{TASKS}?{query}"), 400, "request-invalid")

    assert [error["parameter"] for error in problem["errors"]] == [query.split("=", maxsplit=1)[0]]


def test_tasks_list_pages_by_cursor(viewer: APIClient) -> None:
    wanted = [str(create_task().public_id) for _ in range(3)][::-1]

    first = viewer.get(f"{TASKS}?page_size=2").json()
    second = viewer.get(first["next"]).json()

    assert [[row["id"] for row in page["results"]] for page in (first, second)] == [wanted[:2], wanted[2:]]
    assert second["next"] is None


def test_tasks_list_takes_the_same_queries_for_5_and_20_rows(viewer: APIClient) -> None:
    counts = []
    for upto in (5, 20):
        for _ in range(upto - ExecutionTask.objects.count()):
            create_task()
        with CaptureQueriesContext(connection) as captured:
            assert len(viewer.get(f"{TASKS}?page_size=200").json()["results"]) == upto
        counts.append(len(captured))

    assert counts[0] == counts[1] <= 5


def test_task_shows_its_history(viewer: APIClient) -> None:
    task = _create_failed_task()

    body = viewer.get(_address(task)).json()

    assert body.keys() == DETAIL.keys()
    assert body["status"] == "failed"
    assert body["error"] == "the disk is full"
    assert body["has_way_back"] is False
    assert body["rollbacks"] == []
    assert [event["name"] for event in body["events"]] == ["queued", "started", "failed"]
    assert body["events"][0].keys() == EVENT.keys()


def test_task_events_are_followed_by_cursor(viewer: APIClient) -> None:
    task = _create_failed_task()

    first = viewer.get(_address(task, "events/?page_size=2")).json()
    second = viewer.get(first["next"]).json()

    assert [row["name"] for row in first["results"] + second["results"]] == ["queued", "started", "failed"]
    assert second["next"] is None


@pytest.mark.parametrize("below", ["", "events/"])
@pytest.mark.parametrize("task_id", ["6f1c1a52-7a3e-4a55-9c3e-0d4f5b0e8c11", "1", "not-a-uuid", "%00"])
def test_task_unknown_is_not_found(viewer: APIClient, task_id: str, below: str) -> None:
    assert_problem(viewer.get(f"{TASKS}{task_id}/{below}"), 404, "not-found")


@pytest.mark.parametrize("what", ["rollback/", "cancel/", "retry/", "complete/"])
def test_act_on_unknown_task_is_not_found(operator: APIClient, what: str) -> None:
    body = REASON if what == "rollback/" else {}

    assert_problem(operator.post(f"{TASKS}{uuid4()}/{what}", body, format="json"), 404, "not-found")


def test_cancel_takes_a_task_out_of_the_queue(operator: APIClient) -> None:
    task = create_task()

    answer = operator.post(_address(task, "cancel/"), {"note": "Superseded."}, format="json")

    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    event = TaskEvent.objects.get(task=task, name="cancelled")
    assert (event.actor.username, event.note) == ("Ada", "Superseded.")  # type: ignore[union-attr]


def test_cancel_of_a_running_task_is_refused(operator: APIClient) -> None:
    task = lease_task(create_task())
    start_task(task.pk, task.fence)

    problem = assert_problem(operator.post(_address(task, "cancel/")), 409, "invalid-state")

    assert "running" in problem["detail"]


def test_cancel_twice_is_refused(operator: APIClient) -> None:
    task = create_task()
    operator.post(_address(task, "cancel/"))

    assert_problem(operator.post(_address(task, "cancel/")), 409, "invalid-state")


def test_retry_queues_a_failed_task_again(operator: APIClient) -> None:
    task = _create_failed_task()

    answer = operator.post(_address(task, "retry/"))

    assert (answer.status_code, answer.json()["status"]) == (200, "queued")


def test_retry_of_a_queued_task_is_refused(operator: APIClient) -> None:
    assert_problem(operator.post(_address(create_task(), "retry/")), 409, "invalid-state")


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/reason"]),
        ({"reason": "short"}, ["/reason"]),
        ({"reason": "          x          "}, ["/reason"]),
        ({"reason": "a\x00" * 9}, ["/reason"]),
        ({"reason": ["a list is no reason"]}, ["/reason"]),
        (REASON | {"force": True}, ["/force"]),
    ],
)
def test_rollback_wrong_value_is_named(operator: APIClient, body: dict[str, Any], pointers: list[str]) -> None:
    answer = operator.post(_address(create_task(), "rollback/"), body, format="json")

    problem = assert_problem(answer, 400, "request-invalid")
    assert [error["pointer"] for error in problem["errors"]] == pointers
    assert not Rollback.objects.exists()


def test_rollback_of_what_was_not_executed_is_refused(operator: APIClient) -> None:
    task = create_task()

    assert_problem(operator.post(_address(task, "rollback/"), REASON, format="json"), 409, "invalid-state")

    assert ExecutionTask.objects.get().status == TaskStatus.QUEUED


MATRIX: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", ""): (401, 200, 200, 200, 403),
    ("GET", "events/"): (401, 200, 200, 200, 403),
    ("POST", "rollback/"): (401, 403, 409, 403, 403),
    ("POST", "cancel/"): (401, 403, 200, 403, 403),
    ("POST", "retry/"): (401, 403, 409, 403, 403),
    ("POST", "complete/"): (401, 403, 409, 403, 403),
    ("DELETE", ""): (401, 405, 405, 405, 405),
    ("GET", "cancel/"): (401, 405, 405, 403, 405),
}
CELLS = [
    pytest.param(role, method, below, status, id=f"{role}-{method}-{below}")
    for (method, below), row in MATRIX.items()
    for role, status in zip(ROLES, row, strict=True)
]


def _client_of(role: str) -> APIClient:
    groups = {"viewer": ["Viewers"], "operator": ["Operators"], "robot_operator": ["Operators"]}.get(role, [])
    kind = "model" if role == "robot_operator" else "person"
    return create_client(None if role == "anonymous" else create_user(role, groups=groups, kind=kind))


@pytest.mark.parametrize(("role", "method", "below", "status"), CELLS)
def test_role_at_task_address(role: str, method: str, below: str, status: int) -> None:
    task = create_task()

    body = REASON if below == "rollback/" else None
    answer = getattr(_client_of(role), method.lower())(_address(task, below), body, format="json")

    assert answer.status_code == status, answer.content
    if status >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert ExecutionTask.objects.get().status == TaskStatus.QUEUED


@pytest.mark.parametrize(("role", "status"), list(zip(ROLES, (401, 200, 200, 200, 403), strict=True)))
@pytest.mark.parametrize("address", [TASKS, "/api/v1/execution/"])
def test_role_at_list_and_switch(role: str, status: int, address: str) -> None:
    assert _client_of(role).get(address).status_code == status


def test_execution_shows_the_kill_switch(viewer: APIClient) -> None:
    before = viewer.get("/api/v1/execution/").json()
    halt_execution(by=create_user("Bob"), reason="Too many surprises today.")

    after = viewer.get("/api/v1/execution/").json()

    assert before.keys() == after.keys() == SWITCH.keys()
    assert before["is_halted"] is False
    assert (after["is_halted"], after["changed_by"]) == (True, "Bob")
    assert after["reason"] == "Too many surprises today."


def test_execution_cannot_be_switched_over_the_api(operator: APIClient) -> None:
    for method in ("post", "put", "patch", "delete"):
        assert_problem(getattr(operator, method)("/api/v1/execution/"), 405, "method-not-allowed")


def test_complete_ends_a_task_that_waited_for_a_person(operator: APIClient) -> None:
    task = run_task(create_task(proposal="implement_idea: Sell tea by the cup."))

    answer = operator.post(_address(task, "complete/"), {"note": "The kettle is bought."}, format="json")

    assert task.status == TaskStatus.WAITING
    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")
    assert answer.json()["result"] == {"done_by": "Ada", "note": "The kettle is bought."}


def test_complete_of_a_machine_s_task_is_refused(operator: APIClient) -> None:
    problem = assert_problem(operator.post(_address(create_task(), "complete/")), 409, "invalid-state")

    assert "done by a machine" in problem["detail"]
