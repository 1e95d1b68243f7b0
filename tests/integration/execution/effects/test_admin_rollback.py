"""Rolling back and completing from the task's page."""

from __future__ import annotations

import pytest

from execution.models import ExecutionTask, Rollback
from execution.states import TaskStatus
from tests.factories import create_user
from tests.factories.browsers import log_in
from tests.factories.tasks import create_sql_task, create_task, run_task
from tests.integration.execution.effects.target import Target

pytestmark = pytest.mark.django_db

ADD_COLUMN = "ALTER TABLE execution_tasks ADD COLUMN ai_model VARCHAR(255);"
REASON = "It slows the nightly import down."


def _url(task: ExecutionTask) -> str:
    return f"/admin/execution/executiontask/{task.pk}/change/"


def test_roll_back_button_undoes_the_task(target: Target) -> None:
    before, task = target.dump(), run_task(create_sql_task(ADD_COLUMN))
    client = log_in()
    offered = client.get(_url(task)).content.decode()

    answer = client.post(_url(task), {"action": "roll_back", "note": REASON})

    assert answer.status_code == 302
    assert target.dump() == before
    page = client.get(_url(task)).content.decode()
    assert 'value="roll_back"' in offered
    assert all(told in offered for told in (str(task.approved_by), "rollback proven", ADD_COLUMN, "Kept, proven"))
    assert 'value="roll_back"' not in page
    assert "Used: what it changed is undone." in page
    assert REASON in page


def test_roll_back_without_a_reason_keeps_what_was_typed(target: Target) -> None:
    task = run_task(create_sql_task(ADD_COLUMN))

    answer = log_in().post(_url(task), {"action": "roll_back", "note": "too slow"})

    assert answer.status_code == 409
    assert b">too slow</textarea>" in answer.content
    assert "ai_model" in target.columns("execution_tasks")


def test_roll_back_that_the_handler_refuses_says_why(target: Target) -> None:
    task = run_task(create_sql_task(ADD_COLUMN))
    target.ask("ALTER TABLE execution_tasks DROP COLUMN ai_model")

    answer = log_in().post(_url(task), {"action": "roll_back", "note": REASON})

    assert answer.status_code == 409
    assert b"the rollback was refused" in answer.content
    assert Rollback.objects.get().outcome == Rollback.Outcome.REFUSED


def test_roll_back_by_a_viewer_changes_nothing(target: Target) -> None:
    task = run_task(create_sql_task(ADD_COLUMN))

    answer = log_in(create_user(groups=["Viewers"])).post(_url(task), {"action": "roll_back", "note": REASON})

    assert answer.status_code == 409
    assert "ai_model" in target.columns("execution_tasks")
    assert not Rollback.objects.exists()


def test_done_button_completes_work_for_people() -> None:
    task = run_task(create_task(proposal="implement_idea: Sell seeds by post"))
    assert task.status == TaskStatus.WAITING
    client = log_in()
    assert b"Mark as done" in client.get(_url(task)).content

    client.post(_url(task), {"action": "complete", "note": "Wrote the proposal for it."})

    task.refresh_from_db()
    assert task.status == TaskStatus.SUCCEEDED
