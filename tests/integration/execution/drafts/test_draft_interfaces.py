"""Drafting at the admin and over the API, and the registry of models."""

from __future__ import annotations

import pytest

from execution.models import AiModel, ExecutionTask
from execution.states import TaskStatus
from proposals.services import service_account
from tests.factories import create_user
from tests.factories.browsers import log_in, review_url
from tests.factories.clients import assert_problem, create_client
from tests.factories.tasks import create_task, run_task
from tests.integration.execution.drafts.chat_server import ChatServer, drafts_a_file
from tests.integration.execution.drafts.test_drafts import create_model, waiting_idea

pytestmark = pytest.mark.django_db

TASKS = "/admin/execution/executiontask/"
MODELS = "/admin/execution/aimodel/"
FORM = {
    "name": "drafter",
    "is_active": "on",
    "drafts_ideas": "on",
    "drafts_actions": "on",
    "priority": 0,
    "endpoint": "http://localhost:11434/v1",
    "remote_name": "tiny",
    "key_variable": "",
    "timeout_seconds": 60,
    "max_answer_tokens": 1000,
    "input_price": 0,
    "output_price": 0,
    "daily_budget": "",
    "max_running": 1,
}


def test_task_page_button_queues_a_draft_and_both_review_pages_link_it() -> None:
    source, client = waiting_idea(), log_in()
    page = client.get(f"{TASKS}{source.pk}/change/").content.decode()
    assert "Draft with a model" in page

    answer = client.post(f"{TASKS}{source.pk}/change/", {"action": "draft", "note": ""})

    task = source.children.get()
    assert (answer.status_code, task.kind, task.status) == (302, "draft", TaskStatus.QUEUED)
    with ChatServer(drafts_a_file()) as server:
        create_model(server)
        run_task(task)
    drafted = task.draft.proposal
    assert review_url(drafted) in client.get(review_url(source.proposal)).content.decode()
    assert review_url(source.proposal) in client.get(review_url(drafted)).content.decode()
    assert "tiny" not in client.get("/admin/execution/modelcall/").content.decode()
    assert "drafter" in client.get("/admin/execution/modelcall/").content.decode()


def test_api_draft_answers_with_the_task_that_drafts() -> None:
    source = waiting_idea()

    answer = create_client(create_user()).post(f"/api/v1/tasks/{source.public_id}/draft/", {"note": "A try."}, "json")

    body = answer.json()
    assert (answer.status_code, body["kind"], body["status"]) == (200, "draft", "queued")
    assert body["parent"] == str(source.public_id)


@pytest.mark.parametrize("who", ["viewer", "service"])
def test_api_draft_without_the_right_is_refused(who: str) -> None:
    source = waiting_idea()
    user = create_user(groups=["Viewers"]) if who == "viewer" else service_account("robot")

    answer = create_client(user).post(f"/api/v1/tasks/{source.public_id}/draft/", {"note": ""}, "json")

    assert_problem(answer, 403, "forbidden")
    assert not source.children.exists()


def test_api_draft_of_a_file_task_is_refused() -> None:
    task = create_task()

    answer = create_client(create_user()).post(f"/api/v1/tasks/{task.public_id}/draft/", {"note": ""}, "json")

    assert answer.status_code in {403, 409}
    assert not task.children.exists()


def test_model_added_by_a_lead_wakes_drafts_that_waited() -> None:
    source = waiting_idea()
    log_in().post(f"{TASKS}{source.pk}/change/", {"action": "draft", "note": ""})
    task = run_task(source.children.get())
    assert task.status == TaskStatus.WAITING

    answer = log_in(create_user(groups=["Leads"])).post(f"{MODELS}add/", FORM)

    assert (answer.status_code, AiModel.objects.count()) == (302, 1)
    assert ExecutionTask.objects.get(pk=task.pk).status == TaskStatus.QUEUED


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", "ada"),
        ("endpoint", "file:///etc/passwd"),
        ("key_variable", "SECRET_KEY"),
        ("key_variable", "DATABASE_URL"),
        ("key_variable", "STRIPE_API_KEY"),
        ("input_price", "-1"),
    ],
)
def test_model_with_a_bad_field_is_refused(field: str, typed: str) -> None:
    create_user("ada")

    answer = log_in(create_user(groups=["Leads"])).post(f"{MODELS}add/", FORM | {field: typed})

    assert answer.status_code == 200
    assert not AiModel.objects.exists()


def test_model_added_by_an_operator_is_refused() -> None:
    assert log_in().post(f"{MODELS}add/", FORM).status_code == 403
    assert not AiModel.objects.exists()
