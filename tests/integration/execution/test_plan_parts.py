"""Approving some of a plan, the same action in another plan, and people's tasks."""

from __future__ import annotations

from datetime import date

import pytest

from execution.handlers import handler_for
from execution.models import ExecutionTask, PlanChoice
from execution.plans import parts_of
from execution.services.assignments import assign_task
from execution.services.interventions import cancel_task
from execution.services.plan_choices import approve_parts
from execution.services.rights import ExecutionRefused
from execution.services.runs import finish_task, start_task
from execution.states import TaskStatus
from proposals.gate import Rules
from proposals.models import Decision, Proposal
from proposals.services import service_account
from proposals.states import Status
from tests.factories import approval_of, create_proposal, create_report, create_user
from tests.factories.browsers import log_in, post_estimate, review_url
from tests.factories.clients import create_client
from tests.factories.tasks import create_task, lease_task, run_task

pytestmark = pytest.mark.django_db

PLAN = """self_improvement: Know which model did what. {}

- **Add a column**: for the model.

```sql
ALTER TABLE seeds ADD COLUMN model text;
```

```sql
ALTER TABLE seeds ADD COLUMN kind text;
```

- **Fill it in**: ask the team.
- **Tell everyone**: by mail.
"""


def create_plan(mark: str = "") -> Proposal:
    return create_proposal(Status.BLOCKED, block_execution=True, proposal=PLAN.format(mark))


def keys_of(proposal: Proposal) -> list[str]:
    return [part.key for part in parts_of(proposal.report, Rules())]


def expand(proposal: Proposal) -> list[ExecutionTask]:
    """Run the plan's own task alone, and return its children."""
    root = lease_task(proposal.tasks.get(parent=None))
    started = start_task(root.pk, root.fence)
    assert started is not None
    finish_task(root.pk, root.fence, handler_for(root.kind).execute(started))
    return list(root.children.order_by("id"))


def test_approve_parts_runs_the_chosen_and_records_the_others() -> None:
    proposal, operator = create_plan(), create_user("ada")
    chosen = keys_of(proposal)[:1] + keys_of(proposal)[-1:]

    decision = approve_parts(**approval_of(proposal), by=operator, chosen=chosen, note="The rest is too early.")

    assert decision.kind == Decision.Kind.APPROVE
    children = expand(proposal)
    approved = {f"{'-'.join(map(str, child.payload['source_lines']))}": child.status for child in children}
    assert [status != TaskStatus.CANCELLED for status in approved.values()].count(True) == 2
    left_out = [child for child in children if child.status == TaskStatus.CANCELLED]
    assert len(left_out) == len(keys_of(proposal)) - 2
    assert {child.events.get().name for child in left_out} == {"not_approved"}
    assert {child.approved_by for child in left_out} == {None}


@pytest.mark.parametrize("chosen", [[], ["1-2-sql"], ["x"]])
def test_approve_parts_of_nothing_or_of_what_is_not_there_is_refused(chosen: list[str]) -> None:
    proposal = create_plan()

    with pytest.raises(ExecutionRefused):
        approve_parts(**approval_of(proposal), by=create_user(), chosen=chosen)

    assert not Decision.objects.exists()


def test_approve_parts_of_an_idea_is_refused() -> None:
    proposal = create_proposal(Status.BLOCKED, block_execution=True, proposal="implement_idea: Sell cards.")

    with pytest.raises(ExecutionRefused, match="only a plan"):
        approve_parts(**approval_of(proposal), by=create_user(), chosen=["1-1-person"])


def test_review_page_offers_the_parts_and_the_post_approves_the_ticked() -> None:
    proposal, client = create_plan(), log_in()
    page = client.get(review_url(proposal)).content.decode()
    assert "Approve the chosen parts" in page
    post_estimate(client, proposal)
    bound = {"content_hash": proposal.content_hash, "assessment_id": proposal.assessment_id}

    answer = client.post(
        f"/admin/execution/executiontask/approve-parts/{proposal.pk}/", {**bound, "chosen": keys_of(proposal)[0]}
    )

    assert answer["Location"] == review_url(proposal)
    assert Proposal.objects.get(pk=proposal.pk).status == Status.APPROVED
    assert len(PlanChoice.objects.get().left_out) == len(keys_of(proposal)) - 1


@pytest.mark.parametrize("who", ["Viewers", "service"])
def test_approve_parts_post_without_the_right_changes_nothing(who: str) -> None:
    proposal = create_plan()
    user = create_user(groups=["Operators"], kind="service") if who == "service" else create_user(groups=[who])
    bound = {"content_hash": proposal.content_hash, "assessment_id": proposal.assessment_id}

    log_in(user).post(
        f"/admin/execution/executiontask/approve-parts/{proposal.pk}/", {**bound, "chosen": keys_of(proposal)[0]}
    )

    assert Proposal.objects.get(pk=proposal.pk).status == Status.BLOCKED


def test_same_action_of_another_plan_links_to_the_first() -> None:
    first, second = create_plan("One."), create_plan("Two.")
    for proposal in (first, second):
        approve_parts(**approval_of(proposal), by=create_user(), chosen=keys_of(proposal))
    originals, repeats = expand(first), expand(second)

    assert [repeat.same_as for repeat in repeats] == originals
    assert [original.same_as for original in originals] == [None] * len(originals)
    page = log_in().get(f"/admin/execution/executiontask/{repeats[0].pk}/change/").content.decode()
    assert "Came before as" in page
    third = create_plan("Three.")
    assert "The same action came before" in log_in().get(review_url(third)).content.decode()


def test_parts_signature_is_of_the_statement_not_of_its_layout() -> None:
    def signature(sql: str) -> str:
        text = f"self_improvement: Do it.\n\n```sql\n{sql}\n```\n"
        (part,) = parts_of(create_report(proposal=text), Rules())
        return part.signature

    once = signature("ALTER TABLE seeds ADD COLUMN a text;")

    assert signature("alter table seeds\n  add column a TEXT -- a comment") == once
    assert signature("ALTER TABLE seeds ADD COLUMN b text;") != once
    assert signature("UPDATE seeds SET a = 1 WHERE id = 1;") != signature("UPDATE seeds SET a = 2 WHERE id = 1;")


def test_sql_of_a_plan_goes_in_its_order() -> None:
    proposal = create_plan()
    approve_parts(**approval_of(proposal), by=create_user(), chosen=keys_of(proposal))

    sql = [child for child in expand(proposal) if child.kind == ExecutionTask.Kind.SQL]

    assert [list(child.depends_on.all()) for child in sql] == [[], [sql[0]]]


def test_assign_task_gives_it_to_a_person_with_a_date() -> None:
    plan = run_task(create_task(proposal="self_improvement: Grow.\n\n- Write down who deployed what.\n"))
    task, ada = plan.children.get(), create_user("ada")

    answer = log_in().post(
        f"/admin/execution/executiontask/{task.pk}/change/",
        {"action": "assign", "assignee": "ada", "due_on": "2026-12-24"},
    )

    task.refresh_from_db()
    assert (answer.status_code, task.assignee, task.due_on) == (302, ada, date(2026, 12, 24))
    event = task.events.order_by("-id").first()
    assert event is not None
    assert event.note == "To ada. Due on 2026-12-24."


def test_api_assign_answers_with_the_task() -> None:
    plan = run_task(create_task(proposal="self_improvement: Grow.\n\n- Write down who deployed what.\n"))
    task = plan.children.get()
    create_user("ada")

    answer = create_client(create_user()).post(
        f"/api/v1/tasks/{task.public_id}/assign/", {"assignee": "ada", "due_on": "2026-12-24"}, "json"
    )

    assert (answer.status_code, answer.json()["assignee"], answer.json()["due_on"]) == (200, "ada", "2026-12-24")


def test_assign_task_to_a_service_or_of_a_machine_is_refused() -> None:
    plan = run_task(create_task(proposal="self_improvement: Grow.\n\n- Write down who deployed what.\n"))
    service_account("robot")

    with pytest.raises(ExecutionRefused, match="no person with that username"):
        assign_task(task_id=plan.children.get().pk, by=create_user(), assignee="robot")
    with pytest.raises(ExecutionRefused, match="waits for a person"):
        assign_task(task_id=plan.pk, by=create_user(), assignee="")


def test_cancel_task_cancels_what_goes_after_it() -> None:
    proposal = create_plan()
    approve_parts(**approval_of(proposal), by=create_user(), chosen=keys_of(proposal))
    first, second = (child for child in expand(proposal) if child.kind == ExecutionTask.Kind.SQL)

    cancel_task(task_id=first.pk, by=create_user(), note="Superseded.")

    second.refresh_from_db()
    assert second.status == TaskStatus.CANCELLED
