"""Idempotency-Key: one effect, one answer, whatever happens between."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.utils import timezone

from execution.models import Rollback
from execution.tasks import sweep_proposals
from proposals.api import questions
from proposals.models import IdempotentAnswer, Proposal, Question, User
from proposals.services import ask_producer
from tests.factories import create_proposal, create_report, create_user, file_proposal
from tests.factories.clients import PROPOSALS, assert_problem, create_client, post_report
from tests.factories.tasks import create_task
from tests.integration.fsarsite.rights.stage import put_task

pytestmark = pytest.mark.django_db
KEY = {"HTTP_IDEMPOTENCY_KEY": "a-key-of-mine"}


def _ask(client: Any, proposal: Proposal, text: str = "Which one?", **headers: Any) -> Any:
    return client.post(f"{PROPOSALS}{proposal.report_id}/questions/", {"text": text}, format="json", **headers)


def test_repeated_write_has_one_effect_and_the_first_answer(ada: User) -> None:
    client, proposal = create_client(ada), create_proposal()

    first, second = _ask(client, proposal, **KEY), _ask(client, proposal, **KEY)

    assert (first.status_code, first.content) == (201, second.content)
    assert (first["Content-Type"], second["Content-Type"]) == ("application/json", "application/json")
    assert ("Idempotency-Replayed" in first, second["Idempotency-Replayed"]) == (False, "true")
    assert Question.objects.count() == 1
    kept = IdempotentAnswer.objects.get()
    assert kept.body_hash == hashlib.sha256(second.content).hexdigest()


def test_submission_repeated_says_created_again_and_where(ada: User) -> None:
    client, report = create_client(ada), create_report()

    first, second = (post_report(client, report, **KEY) for _ in range(2))

    assert (second.status_code, second.json()["outcome"]) == (201, "created")
    assert second["Location"] == first["Location"]


@pytest.mark.parametrize("change", ["body", "address", "method", "type"])
def test_key_with_another_request_is_refused(ada: User, change: str) -> None:
    client, proposal, other = create_client(ada), create_proposal(), create_proposal()
    _ask(client, proposal, **KEY)

    answer = {
        "body": lambda: _ask(client, proposal, "Another?", **KEY),
        "address": lambda: _ask(client, other, **KEY),
        "method": lambda: client.delete(f"{PROPOSALS}{proposal.report_id}/claim/", **KEY),
        "type": lambda: post_report(client, create_report(), "text/markdown", **KEY),
    }[change]()

    assert_problem(answer, 409, "idempotency-key-reused")
    assert Question.objects.count() == 1


def test_key_of_another_account_is_another_key(ada: User) -> None:
    askers = (ada, create_user("bob"))

    answers = [_ask(create_client(user), create_proposal(), **KEY).status_code for user in askers]

    assert answers == [201, 201]
    assert Question.objects.count() == 2


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256, "\x7f"])
def test_key_of_no_shape_is_refused(ada: User, key: str) -> None:
    answer = _ask(create_client(ada), create_proposal(), HTTP_IDEMPOTENCY_KEY=key)

    assert "Idempotency-Key" in assert_problem(answer, 400, "request-invalid")["detail"]
    assert not Question.objects.exists()


def test_refusal_is_the_answer_too(ada: User) -> None:
    client, proposal = create_client(ada), create_proposal()

    first, second = (_ask(client, proposal, "", **KEY) for _ in range(2))

    assert_problem(first, 400, "request-invalid")
    assert (second.status_code, second.content, second["Content-Type"]) == (400, first.content, first["Content-Type"])


def test_refusal_for_want_of_a_right_is_asked_anew(ada: User) -> None:
    viewer = create_user(groups=["Viewers"])
    client, proposal = create_client(viewer), create_proposal()

    assert_problem(_ask(client, proposal, **KEY), 403, "forbidden")
    viewer.groups.set(ada.groups.all())

    assert _ask(client, proposal, **KEY).status_code == 201


def test_reading_minds_no_key(ada: User) -> None:
    client = create_client(ada)

    assert [client.get(PROPOSALS, **KEY).status_code for _ in range(2)] == [200, 200]
    assert not IdempotentAnswer.objects.exists()


def test_fault_keeps_nothing_and_undoes_all(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client, proposal = create_client(ada), create_proposal()

    def ask_and_fall(**given: Any) -> Question:
        ask_producer(**given)
        raise OperationalError("the connection is lost")

    with monkeypatch.context() as patch:
        patch.setattr(questions, "ask_producer", ask_and_fall)
        assert_problem(_ask(client, proposal, **KEY), 503, "unavailable")
    assert not Question.objects.exists()
    assert not IdempotentAnswer.objects.exists()

    assert _ask(client, proposal, **KEY).status_code == 201


def test_refused_rollback_is_recorded_beside_its_answer(ada: User) -> None:
    task = create_task(proposal=file_proposal("shop/index.html", "<h1>Seeds</h1>\n"))
    put_task(task, "succeeded")  # type: ignore[arg-type]
    client = create_client(ada)
    address, body = f"/api/v1/tasks/{task.public_id}/rollback/", {"reason": "A reason of ten letters."}

    answers = [client.post(address, body, format="json", **KEY) for _ in range(2)]

    for answer in answers:
        assert answer.status_code == 409
        assert answer.json()["type"].endswith("rollback-refused")
    assert Rollback.objects.get().outcome == Rollback.Outcome.REFUSED


def test_answer_is_forgotten_after_a_day(ada: User) -> None:
    client, proposal = create_client(ada), create_proposal()
    _ask(client, proposal, **KEY)
    IdempotentAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))

    assert _ask(client, create_proposal(), **KEY).status_code == 201
    IdempotentAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    sweep_proposals()

    assert not IdempotentAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_second_at_once_is_told_to_wait(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client, proposal = create_client(ada), create_proposal()
    begun, go_on = threading.Event(), threading.Event()

    def ask_slowly(**given: Any) -> Question:
        begun.set()
        assert go_on.wait(30)
        return ask_producer(**given)

    monkeypatch.setattr(questions, "ask_producer", ask_slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(_in_thread, client, proposal)
        assert begun.wait(30)
        busy = _ask(client, proposal, **KEY)
        go_on.set()
        answered = first.result(30)

    assert_problem(busy, 409, "still-running")
    assert busy["Retry-After"] == "1"
    assert answered == 201
    assert _ask(client, proposal, **KEY)["Idempotency-Replayed"] == "true"
    assert Question.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_have_one_effect(ada: User) -> None:
    client, proposal = create_client(ada), create_proposal()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: _in_thread(client, proposal), range(18)))

    assert set(answers) <= {201, 409}
    assert 201 in answers
    assert Question.objects.count() == 1


def _in_thread(client: Any, proposal: Proposal) -> int:
    try:
        return int(_ask(client, proposal, **KEY).status_code)
    finally:
        connections.close_all()
