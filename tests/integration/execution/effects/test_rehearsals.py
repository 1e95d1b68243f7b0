"""Rehearsals of proposals: what they certify, what they measure, and what a run binds to."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django_q.models import OrmQ

from execution.handlers import handler_for
from execution.models import RehearsalCertificate, RollbackArtifact
from execution.rehearsal.certificates import certify
from execution.rehearsal.proposals import rehearse_proposal
from execution.rehearsal.ways_back import reprove_ways_back
from execution.services.interventions import retry_task
from execution.services.rollback import roll_back_task
from execution.states import TaskStatus
from execution.target import ledger
from execution.target.connection import connect
from execution.target.rehearsal import rehearse
from execution.target.statements import split_statements
from proposals.models import Assessment, PolicyVersion, Proposal
from proposals.services import DecisionStale, approve_proposal, save_policy
from proposals.states import Status
from tests.factories import create_proposal, create_user
from tests.factories.browsers import log_in, review_url
from tests.factories.clients import create_client
from tests.factories.proposals import approval_of, decision_on, submit
from tests.factories.reports import create_report, file_proposal
from tests.factories.tasks import create_sql_task, run_task
from tests.integration.execution.effects.target import Target

pytestmark = pytest.mark.django_db

DROP = "DROP TABLE execution_tasks;"
ADD = "ALTER TABLE seeds ADD COLUMN stock integer;"
TEXT = "CREATE INDEX CONCURRENTLY by_price ON seeds (price)"
PLAN = """self_improvement: Know the stock.

```sql
ALTER TABLE seeds ADD COLUMN stock integer;
```

```sql
UPDATE seeds SET stock = 0;
```
"""


def propose(text: str, **fields: Any) -> Proposal:
    """An SQL proposal that waits for a person."""
    report = create_report(proposal=file_proposal("db/change.sql", text), **({"block_execution": True} | fields))
    return submit(report).proposal


def approve(proposal: Proposal) -> None:
    approve_proposal(**approval_of(Proposal.objects.get(pk=proposal.pk)), by=create_user(), note="Seen.")


def test_submission_of_sql_queues_a_rehearsal(target: Target) -> None:
    proposal = propose(ADD)

    queued = [task.task for task in OrmQ.objects.all()]

    assert [(task["func"], task["args"]) for task in queued] == [("execution.tasks.rehearse", (proposal.pk,))]


def test_submission_without_sql_queues_nothing(target: Target) -> None:
    create_proposal(Status.BLOCKED)

    assert not OrmQ.objects.exists()


def test_submission_without_a_target_queues_nothing(settings: Any) -> None:
    settings.TARGET_DATABASE_URL = None

    propose(ADD)

    assert not OrmQ.objects.exists()


def test_rehearse_proposal_certifies_what_happened(target: Target) -> None:
    before, proposal = target.dump(), propose("UPDATE seeds SET price = 3 WHERE id = 1")

    [certificate] = rehearse_proposal(proposal.pk)

    assert (certificate.result, certificate.reversibility) == ("passed", 2)
    assert certificate.content_hash == proposal.content_hash
    assert certificate.rows == {"public.seeds": 1}
    assert certificate.sizes == {'"public"."seeds"': 1}
    assert ["seeds", "RowExclusiveLock"] in certificate.locks
    assert certificate.expires_at > certificate.created_at
    assert target.dump() == before


def test_rehearse_proposal_measures_reversibility(target: Target) -> None:
    proposal = propose(DROP)
    claimed = proposal.assessment

    rehearse_proposal(proposal.pk)

    proposal = Proposal.objects.get(pk=proposal.pk)
    assert claimed.reversibility == 3
    assert (proposal.assessment.reversibility, proposal.assessment.measured) == (2, 2)
    assert "restored the rows" in proposal.assessment.evidence["reversibility"]
    assert proposal.severity < claimed.severity
    assert proposal.status in {Status.BLOCKED, Status.NEEDS_MITIGATION}
    assert proposal.events.filter(name="reassessed").count() == 1


def test_rehearse_proposal_makes_what_was_on_the_screen_stale(target: Target) -> None:
    proposal = propose(DROP)
    seen = decision_on(proposal)

    rehearse_proposal(proposal.pk)

    with pytest.raises(DecisionStale):
        approve_proposal(**seen, by=create_user(), note="Seen.")


def test_review_page_says_first_what_the_rehearsal_proved(target: Target) -> None:
    proposal = propose(ADD)
    client, address = log_in(), review_url(proposal)

    before = client.get(address).content.decode()
    rehearse_proposal(proposal.pk)
    after = client.get(address).content.decode()

    assert "Read from the text, not proven." in before
    assert '<a href="#panel-rehearsal">Rehearsal: passed, rollback proven</a>.' in after
    assert "not proven" not in after


def test_rehearse_proposal_that_confirms_the_claim_changes_no_judgement(target: Target) -> None:
    proposal = propose(ADD)

    [certificate] = rehearse_proposal(proposal.pk)
    rehearse_proposal(proposal.pk)

    assert (certificate.result, certificate.reversibility) == ("passed", 1)
    assert Assessment.objects.filter(content_hash=proposal.content_hash).count() == 1
    assert Proposal.objects.get(pk=proposal.pk).assessment_id == proposal.assessment_id


def test_rehearse_proposal_that_fails_keeps_it_from_going_ahead(target: Target) -> None:
    save_policy(document=PolicyVersion.objects.current().rules.to_dict() | {"auto_execute": False}, by=None, note="x")
    proposal = propose("CREATE TABLE notes (id integer PRIMARY KEY)", block_execution=False)

    [certificate] = rehearse_proposal(proposal.pk)

    assert proposal.status == Status.CLEARED
    assert (certificate.result, certificate.reversibility) == ("failed", 3)
    assert "already exists" in certificate.error
    assert Proposal.objects.get(pk=proposal.pk).status == Status.NEEDS_MITIGATION


def test_rehearse_proposal_with_the_target_down_is_a_failed_rehearsal(settings: Any) -> None:
    settings.TARGET_DATABASE_URL = "postgresql://nobody@127.0.0.1:9/nowhere"

    [certificate] = rehearse_proposal(propose(ADD).pk)

    assert certificate.result == "failed"
    assert "does not answer" in certificate.error


def test_rehearse_proposal_of_what_is_there(target: Target) -> None:
    [certificate] = rehearse_proposal(propose("ALTER TABLE seeds ADD COLUMN name text").pk)

    assert (certificate.result, certificate.reversibility) == ("already_satisfied", 1)


def test_rehearse_proposal_that_finds_no_rows_proves_nothing(target: Target) -> None:
    [certificate] = rehearse_proposal(propose("DELETE FROM seeds WHERE price > 1000").pk)

    assert (certificate.result, certificate.reversibility) == ("already_satisfied", 3)


@pytest.mark.parametrize("text", [ADD, "UPDATE seeds SET price = 3"])
def test_rehearse_proposal_without_the_rows_is_not_representative(target: Target, settings: Any, text: str) -> None:
    settings.REHEARSAL_ROWS = "made-up"

    [certificate] = rehearse_proposal(propose(text).pk)

    assert (certificate.result, certificate.reversibility) == ("not_representative", 3)
    assert certificate.doubt == 'the copy held only made-up rows of "public"."seeds"'
    assert certificate.copied['"public"."seeds"'] == {"how": "made up", "rows": 2, "of": 2, "masked": []}


def test_rehearse_proposal_of_a_plan_rehearses_its_texts_in_turn(target: Target) -> None:
    proposal = submit(create_report(proposal=PLAN, block_execution=True)).proposal

    first, second = rehearse_proposal(proposal.pk)

    assert (first.result, second.result) == ("passed", "passed")
    assert (first.place, second.place) == (0, 1)
    assert second.rows == {"public.seeds": 2}
    assert second.schema_before == ""


def test_decided_proposal_is_not_judged_again(target: Target) -> None:
    proposal = propose(DROP)
    approve(proposal)

    rehearse_proposal(proposal.pk)

    assert Proposal.objects.get(pk=proposal.pk).assessment_id == proposal.assessment_id


def test_run_binds_to_the_certificate(target: Target) -> None:
    proposal = propose(ADD)
    [certificate] = rehearse_proposal(proposal.pk)
    approve(proposal)

    task = run_task(proposal.tasks.get())

    assert task.status == TaskStatus.SUCCEEDED
    assert task.result["rehearsal"]["certificate"] == str(certificate.public_id)
    assert RehearsalCertificate.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "meanwhile", "why"),
    [
        (ADD, "ALTER TABLE notes ADD COLUMN meanwhile integer", "its schema is another"),
        (
            "UPDATE seeds SET price = 1",
            "INSERT INTO seeds SELECT n, 'many' FROM generate_series(10, 100) AS n",
            "holds 93 rows",
        ),
    ],
)
def test_run_on_a_target_that_drifted_is_stale_until_retried(
    target: Target, text: str, meanwhile: Any, why: str
) -> None:
    proposal = propose(text)
    rehearse_proposal(proposal.pk)
    approve(proposal)
    target.ask(meanwhile)
    drifted = target.dump()

    task = run_task(proposal.tasks.get())

    assert task.status == TaskStatus.FAILED
    assert task.error.startswith("stale: ")
    assert why in task.error
    assert "rehearsed again, it passed" in task.error
    assert target.dump() == drifted
    run_task(retry_task(task_id=task.pk, by=create_user()))
    task.refresh_from_db()
    assert task.status == TaskStatus.SUCCEEDED
    assert target.dump() != drifted


def test_run_of_steps_that_nobody_saw_rehearsed_is_rehearsed_again_on_a_target_that_changed(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, handler = create_sql_task(TEXT), handler_for("sql")
    with monkeypatch.context() as patched:
        patched.setattr("execution.handlers.sql._stepwise", lambda *_: 1 / 0)  # a worker that dies before it begins
        with pytest.raises(ZeroDivisionError):
            handler.execute(task)
    target.ask("ALTER TABLE notes ADD COLUMN meanwhile integer")

    execution = handler.execute(task)

    assert execution.result["outcome"] == "applied"
    assert RehearsalCertificate.objects.get(proposal=task.proposal_id).result == "passed"


def test_reprove_ways_back_marks_what_became_stale_and_unmarks_it(target: Target) -> None:
    task = run_task(create_sql_task(ADD))
    during = target.dump()

    fresh = reprove_ways_back()
    proven = target.dump()
    target.ask("UPDATE seeds SET stock = 1")
    stale = reprove_ways_back()
    marked = RollbackArtifact.objects.get(task=task)
    target.ask("UPDATE seeds SET stock = NULL")
    mended = reprove_ways_back()

    assert (fresh, stale, mended) == (0, 1, 0)
    assert proven == during
    assert marked.stale_since is not None
    assert "hold values" in marked.stale_because
    assert RollbackArtifact.objects.get(task=task).stale_since is None
    assert list(task.events.order_by("-id").values_list("name", flat=True)[:2]) == ["way_back_works", "way_back_stale"]


def test_review_page_shows_the_rehearsal(target: Target, client: Client) -> None:
    proposal = propose("UPDATE seeds SET price = 3 WHERE id = 1")
    rehearse_proposal(proposal.pk)
    client.force_login(create_user(groups=("Operators",)))

    page = client.get(f"/admin/proposals/proposal/{proposal.pk}/change/").content.decode()

    assert "restore proven" in page
    assert "&quot;public&quot;.&quot;seeds&quot; whole (2 rows)" in page
    assert "public.seeds 1" in page


def test_api_tells_of_the_rehearsals(target: Target) -> None:
    proposal = propose("UPDATE seeds SET price = 3 WHERE id = 1")
    [certificate] = rehearse_proposal(proposal.pk)
    address = f"/api/v1/proposals/{proposal.report_id}/rehearsals/"

    answer = create_client(create_user()).get(address)
    refused = create_client(create_user(groups=())).get(address)

    assert answer.status_code == 200
    [told] = answer.json()["results"]
    assert (told["id"], told["result"], told["reversibility"]) == (str(certificate.public_id), "passed", 2)
    assert told["rows"] == {"public.seeds": 1}
    assert refused.status_code == 403


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE seeds SET price = 3",
        "DELETE FROM seeds WHERE id = 2; INSERT INTO seeds (id, name) VALUES (2, 'oat')",
        "ALTER TABLE seeds ALTER COLUMN price TYPE integer",
        "ALTER TABLE seeds ADD COLUMN stock integer",
    ],
)
def test_roll_back_lists_the_rows_it_would_overwrite(target: Target, text: str) -> None:
    target.ask("DROP VIEW cheap_seeds")  # it holds the type of its columns
    task = run_task(create_sql_task(text))
    target.ask(f"UPDATE seeds SET {'stock' if 'stock' in text else 'price'} = 4 WHERE id = 2")  # type: ignore[arg-type]
    before = target.dump()

    rollback = roll_back_task(task_id=task.pk, by=create_user(), reason="It was too expensive.")

    assert rollback.outcome == "refused"
    assert rollback.result == {"would_overwrite": ['"public"."seeds" (2)']}
    assert target.dump() == before


def test_run_takes_up_an_index_that_a_killed_worker_began(target: Target) -> None:
    task = create_sql_task(TEXT)
    undo = 'DROP INDEX CONCURRENTLY IF EXISTS "public"."by_price"'
    with connect(autocommit=True) as own:
        ledger.ensure_ledger(own)
        ledger.ensure_steps(own)
        ledger.begin_step(own, task.public_id, 0, undo)
    certify(task.proposal, task.proposal.frame.content, rehearse(task.public_id, split_statements(TEXT)))
    target.ask("CREATE INDEX by_price ON seeds (price)")

    task = run_task(task)

    assert task.status == TaskStatus.SUCCEEDED
    assert [step["sql"] for step in task.rollback_artifact.data["steps"]] == [undo]
    assert reprove_ways_back() == 0
