"""Rolling back: who may, what is recorded, and that it happens once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.utils import DatabaseError

from execution.models import ExecutionTask, Rollback
from execution.services.people import complete_task
from execution.services.rights import ExecutionRefused
from execution.services.rollback import roll_back_task
from execution.states import InvalidTaskTransition, TaskStatus
from proposals.models import Proposal
from proposals.states import Status
from tests.factories import create_user
from tests.factories.tasks import create_sql_task, create_task, run_task
from tests.integration.execution.effects.target import Target

pytestmark = pytest.mark.django_db

REASON = "It slows the nightly import down."
PLAN = """self_improvement: Know the model of each task.

1. **Schema**
   - **Add Column**: name the model.
     ```sql
     ALTER TABLE execution_tasks ADD COLUMN ai_model VARCHAR(255);
     ```
   - **Tell the team**: write it into the handbook.
   - **Look at the rows**:
     ```sql
     SELECT * FROM execution_tasks;
     ```
"""


def events_of(task: ExecutionTask) -> list[str]:
    return list(task.events.order_by("id").values_list("name", flat=True))


def proposal_status(task: ExecutionTask) -> str:
    return Proposal.objects.get(pk=task.proposal_id).status


def test_roll_back_task_removes_the_column_of_a_plan_and_nothing_else(target: Target) -> None:
    before, root = target.dump(), create_task(proposal=PLAN)
    run_task(root)
    sql_task = root.children.get(kind=ExecutionTask.Kind.SQL)
    columns, executed = target.columns("execution_tasks"), proposal_status(root)

    rollback = roll_back_task(task_id=sql_task.pk, by=create_user(), reason=REASON)

    assert columns == ["id", "type", "duration_ms", "ai_model"]
    assert executed == Status.EXECUTED
    assert target.dump() == before
    assert rollback.outcome == Rollback.Outcome.DONE
    assert rollback.result["statements"] == ['ALTER TABLE "public"."execution_tasks" DROP COLUMN "ai_model"']
    sql_task.refresh_from_db()
    assert sql_task.status == TaskStatus.ROLLED_BACK
    assert events_of(sql_task)[-1] == "rolled_back"
    assert proposal_status(root) == Status.ROLLED_BACK


def test_way_back_of_sql_is_proven(target: Target) -> None:
    task = run_task(create_sql_task("CREATE TABLE orders (id integer)"))

    assert task.rollback_artifact.proven_at is not None
    assert task.queued_at < task.rollback_artifact.proven_at < task.finished_at


def test_plan_leaves_the_rest_to_people(target: Target) -> None:
    root = run_task(create_task(proposal=PLAN))

    people = root.children.filter(kind=ExecutionTask.Kind.PERSON)

    assert root.result == {"sql": 1, "for_people": 2, "left_out": 0, "not_approved": 0}
    assert [task.status for task in people] == [TaskStatus.WAITING] * 2
    assert people.filter(description="Schema: Tell the team: write it into the handbook.").exists()


def test_roll_back_task_that_would_destroy_later_work_is_recorded_as_refused(target: Target) -> None:
    task = run_task(create_sql_task("ALTER TABLE seeds ADD COLUMN stock integer"))
    target.ask("UPDATE seeds SET stock = 1")

    rollback = roll_back_task(task_id=task.pk, by=create_user(), reason=REASON)

    task.refresh_from_db()
    assert rollback.outcome == Rollback.Outcome.REFUSED
    assert rollback.detail.startswith('2 rows of "public"."seeds" hold values')
    assert task.status == TaskStatus.SUCCEEDED
    assert events_of(task)[-1] == "rollback_refused"
    assert proposal_status(task) == Status.EXECUTED


def test_roll_back_task_after_a_refusal_may_be_done(target: Target) -> None:
    task = run_task(create_sql_task("ALTER TABLE seeds ADD COLUMN stock integer"))
    target.ask("UPDATE seeds SET stock = 1")
    roll_back_task(task_id=task.pk, by=create_user(), reason=REASON)
    target.ask("UPDATE seeds SET stock = NULL")

    rollback = roll_back_task(task_id=task.pk, by=create_user(), reason=REASON)

    assert rollback.outcome == Rollback.Outcome.DONE
    assert task.rollbacks.count() == 2


def test_roll_back_task_without_an_effect_of_its_own_is_refused(target: Target) -> None:
    root = run_task(create_task(proposal=PLAN))

    rollback = roll_back_task(task_id=root.pk, by=create_user(), reason=REASON)

    assert rollback.outcome == Rollback.Outcome.REFUSED
    assert "roll back the tasks it was taken apart into" in rollback.detail


def test_roll_back_task_with_the_target_down_is_refused(target: Target, settings: Any) -> None:
    task = run_task(create_sql_task("CREATE TABLE orders (id integer)"))
    settings.TARGET_DATABASE_URL = "postgresql://nobody@127.0.0.1:9/nowhere"

    rollback = roll_back_task(task_id=task.pk, by=create_user(), reason=REASON)

    assert rollback.outcome == Rollback.Outcome.REFUSED
    assert "does not answer" in rollback.detail


@pytest.mark.parametrize(
    ("account", "reason", "why"),
    [
        ({"groups": ("Viewers",)}, REASON, "you may not roll back tasks"),
        ({"groups": ()}, REASON, "you may not roll back tasks"),
        ({"kind": "service"}, REASON, "a person must"),
        ({"kind": "model"}, REASON, "a person must"),
        ({}, " too short ", "at least 10 characters"),
    ],
)
def test_roll_back_task_refuses(target: Target, account: dict[str, Any], reason: str, why: str) -> None:
    task = run_task(create_sql_task("CREATE TABLE orders (id integer)"))

    with pytest.raises(ExecutionRefused, match=why):
        roll_back_task(task_id=task.pk, by=create_user(**account), reason=reason)

    assert target.ask("SELECT to_regclass('orders') IS NOT NULL") == [(True,)]
    assert not task.rollbacks.exists()


def test_roll_back_task_that_has_not_run_is_refused() -> None:
    task = create_sql_task("CREATE TABLE orders (id integer)")

    with pytest.raises(InvalidTaskTransition, match="queued cannot become rolled back"):
        roll_back_task(task_id=task.pk, by=create_user(), reason=REASON)


def test_rollbacks_cannot_be_changed_or_deleted(target: Target) -> None:
    task = run_task(create_sql_task("CREATE TABLE orders (id integer)"))
    roll_back_task(task_id=task.pk, by=create_user(), reason=REASON)

    with pytest.raises(DatabaseError), transaction.atomic():
        task.rollbacks.update(reason="Somebody else's reason.")
    with pytest.raises(DatabaseError), transaction.atomic():
        task.rollbacks.all().delete()


@pytest.mark.django_db(transaction=True)
def test_roll_back_task_by_two_at_once_is_done_once(target: Target) -> None:
    task = run_task(create_sql_task("CREATE TABLE orders (id integer)"))
    people, barrier, seen = [create_user(), create_user()], threading.Barrier(2), []

    def roll_back(by: Any) -> None:
        try:
            barrier.wait()
            seen.append(roll_back_task(task_id=task.pk, by=by, reason=REASON).outcome)
        except InvalidTaskTransition as error:
            seen.append(str(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=roll_back, args=[by]) for by in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(seen) == ["a task that is rolled back cannot become rolled back", "done"]
    assert list(task.rollbacks.values_list("outcome", flat=True)) == ["done"]


def test_complete_task_ends_what_waits_for_a_person() -> None:
    root, by = run_task(create_task(proposal="self_improvement: Talk.\n\n- **Ask** them.\n- Listen.")), create_user()
    first, second = root.children.order_by("id")

    complete_task(task_id=first.pk, by=by, note="Asked; they said yes.")
    half_way = proposal_status(root)
    complete_task(task_id=second.pk, by=by)

    first.refresh_from_db()
    assert first.status == TaskStatus.SUCCEEDED
    assert first.result == {"done_by": by.username, "note": "Asked; they said yes."}
    assert events_of(first) == ["waiting", "completed"]
    assert half_way == Status.APPROVED
    assert proposal_status(root) == Status.EXECUTED


def test_complete_task_of_an_idea_that_waits() -> None:
    task = run_task(create_task(proposal="implement_idea: A seed swap"))
    waiting = task.status

    complete_task(task_id=task.pk, by=create_user(), note="Proposed as a file.")

    assert waiting == TaskStatus.WAITING
    assert proposal_status(task) == Status.EXECUTED


@pytest.mark.parametrize("account", [{"groups": ("Viewers",)}, {"kind": "service"}, {"kind": "model"}])
def test_complete_task_refuses(account: dict[str, Any]) -> None:
    task = run_task(create_task(proposal="implement_idea: A seed swap"))

    with pytest.raises(ExecutionRefused):
        complete_task(task_id=task.pk, by=create_user(**account))

    task.refresh_from_db()
    assert task.status == TaskStatus.WAITING


def test_complete_task_refuses_work_of_machines() -> None:
    task = create_sql_task("CREATE TABLE orders (id integer)")

    with pytest.raises(ExecutionRefused, match="done by a machine"):
        complete_task(task_id=task.pk, by=create_user())
