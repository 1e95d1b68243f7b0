"""From a decision to a queued task."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from execution.handlers import ChildTask
from execution.models import ExecutionTask
from execution.services.enqueue import add_children, enqueue_proposal
from execution.states import TaskStatus
from proposals.actors import Actor
from proposals.models import PolicyVersion
from proposals.services import approve_proposal
from proposals.states import Status
from tests.factories import approval_of, create_proposal, create_report, create_user, file_proposal, submit
from tests.factories.tasks import create_task

pytestmark = pytest.mark.django_db

Kind = ExecutionTask.Kind


@pytest.mark.parametrize(
    ("text", "kind", "priority"),
    [
        (file_proposal("shop/index.html", "<h1>Seeds</h1>"), Kind.FILE, 5),
        (file_proposal("shop/seeds.sql", "CREATE TABLE seeds (id integer);"), Kind.SQL, 5),
        (file_proposal("shop/SEEDS.SQL", "CREATE TABLE seeds (id integer);"), Kind.SQL, 5),
        (file_proposal("shop/sql", "CREATE TABLE seeds (id integer);"), Kind.FILE, 5),
        ("idea_implementation: A seed swap by post.", Kind.IDEA, 5),
        ("self_improvement: Sow earlier.", Kind.PLAN, 0),
        ("implement_idea: A seed swap", Kind.IDEA, 10),
        (
            "implement_idea: Create or update the file a.sql with this complete content:\n\nCREATE TABLE a ();\n",
            Kind.IDEA,
            10,
        ),
    ],
)
def test_enqueue_proposal_chooses_the_kind(text: str, kind: str, priority: int) -> None:
    task = create_task(proposal=text)

    assert (task.kind, task.priority, task.status) == (kind, priority, TaskStatus.QUEUED)


def test_enqueue_proposal_names_who_approved_and_who_wrote_it() -> None:
    model, approver = create_user("llama-small", kind="model"), create_user()
    proposal = create_proposal(Status.BLOCKED, by=model)

    approve_proposal(**approval_of(proposal), by=approver)

    task = proposal.tasks.get()
    assert (task.ai_model, task.approved_by) == ("llama-small", approver)
    assert [(event.name, event.actor) for event in task.events.all()] == [("queued", approver)]


def test_enqueue_proposal_that_the_policy_cleared_names_the_policy() -> None:
    proposal = submit(create_report()).proposal

    task = proposal.tasks.get()

    assert proposal.status == Status.CLEARED
    assert (task.ai_model, task.approved_by) == ("", None)
    assert task.events.get().note == str(PolicyVersion.objects.current())


def test_enqueue_proposal_twice_makes_one_task() -> None:
    proposal = create_proposal(Status.APPROVED)

    enqueue_proposal(proposal, Actor.system())

    assert proposal.tasks.count() == 1


@pytest.mark.django_db(transaction=True)
def test_enqueue_proposal_wakes_listeners_when_it_commits() -> None:
    own = connection.get_connection_params()
    keys = ("dbname", "host", "port", "user", "password")
    with psycopg.connect(**{key: own[key] for key in keys if own.get(key)}, autocommit=True) as listener:
        listener.execute("LISTEN execution_tasks")

        create_proposal(Status.APPROVED)

        assert [notice.channel for notice in listener.notifies(timeout=5, stop_after=1)] == ["execution_tasks"]


def test_add_children_queues_machines_work_and_lets_people_wait() -> None:
    task = create_task()
    children = (ChildTask(Kind.SQL, "One.", {"sql": "CREATE TABLE a ();"}), ChildTask(Kind.PERSON, "Two."))

    added = add_children(task, children)
    again = add_children(task, children)

    assert [(child.kind, child.status) for child in added] == [
        (Kind.SQL, TaskStatus.QUEUED),
        (Kind.PERSON, TaskStatus.WAITING),
    ]
    assert {(child.parent, child.proposal_id, child.approved_by) for child in added} == {
        (task, task.proposal_id, task.approved_by)
    }
    assert again == []
