"""Rolling back over the API."""

import pytest

from execution.models import Rollback
from proposals.models import Proposal
from proposals.states import Status
from tests.factories import create_user
from tests.factories.clients import assert_problem, create_client
from tests.factories.tasks import create_sql_task, run_task
from tests.integration.execution.effects.target import Target

pytestmark = pytest.mark.django_db

REASON = {"reason": "The shop is slower since then."}
COLUMN = "ALTER TABLE execution_tasks ADD COLUMN ai_model text;"


def test_rollback_undoes_and_answers_with_the_record(target: Target) -> None:
    task = run_task(create_sql_task(COLUMN))
    client = create_client(create_user("Ada"))
    before = client.get(f"/api/v1/tasks/{task.public_id}/").json()

    answer = client.post(f"/api/v1/tasks/{task.public_id}/rollback/", REASON, format="json")

    assert (before["status"], before["has_way_back"]) == ("succeeded", True)
    body = answer.json()
    assert (answer.status_code, body["status"]) == (200, "rolled_back")
    assert [(each["by"], each["outcome"], each["reason"]) for each in body["rollbacks"]] == [
        ("Ada", "done", REASON["reason"])
    ]
    assert "ai_model" not in target.columns("execution_tasks")
    assert Proposal.objects.get().status == Status.ROLLED_BACK


def test_rollback_twice_is_refused(target: Target) -> None:
    task = run_task(create_sql_task(COLUMN))
    client = create_client(create_user())
    client.post(f"/api/v1/tasks/{task.public_id}/rollback/", REASON, format="json")

    answer = client.post(f"/api/v1/tasks/{task.public_id}/rollback/", REASON, format="json")

    assert assert_problem(answer, 409, "invalid-state")["current"] == "rolled_back"
    assert Rollback.objects.count() == 1


def test_rollback_that_the_handler_refuses_is_told_and_recorded(target: Target) -> None:
    task = run_task(create_sql_task(COLUMN))
    task.rollback_artifact.delete()
    client = create_client(create_user())

    answer = client.post(f"/api/v1/tasks/{task.public_id}/rollback/", REASON, format="json")

    detail = assert_problem(answer, 409, "rollback-refused")["detail"]
    assert [(each.outcome, each.detail) for each in Rollback.objects.all()] == [("refused", detail)]
    assert "ai_model" in target.columns("execution_tasks")
