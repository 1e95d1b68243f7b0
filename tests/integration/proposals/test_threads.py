"""Conversations about lines: by the services and by the page's forms."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from proposals.models import LineComment, LineThread, Proposal, User
from proposals.services import (
    DecisionRefused,
    NotAllowed,
    approve_proposal,
    block_by_thread,
    reply_to_thread,
    resolve_thread,
    start_thread,
)
from proposals.states import Status
from tests.factories import approval_of, create_proposal, create_user, file_proposal
from tests.factories.browsers import log_in, review_url

pytestmark = pytest.mark.django_db

SQL = "SELECT 1;\nDROP TABLE customers;\nSELECT 2;"


@pytest.fixture
def proposal() -> Proposal:
    return create_proposal(proposal=file_proposal("shop/cleanup.sql", SQL))


def start(proposal: Proposal, by: User | None = None, **typed: Any) -> LineThread:
    typed = {"artifact": "content", "line": 2, "text": "Who reads it?"} | typed
    return start_thread(proposal_id=proposal.pk, by=by or create_user(), **typed)


def bound(thread: LineThread) -> dict[str, int]:
    return {"proposal_id": thread.proposal_id, "thread_id": thread.pk}


def thread_url(proposal: Proposal, thread: LineThread | None = None) -> str:
    return f"/admin/proposals/proposal/{proposal.pk}/thread/{f'{thread.pk}/' if thread else ''}"


def test_start_thread_keeps_what_was_said_and_writes_it_down(proposal: Proposal) -> None:
    operator = create_user()

    thread = start(proposal, operator)

    assert (thread.comments.get().text, thread.comments.get().by) == ("Who reads it?", operator)
    event = proposal.events.get(name="thread_started")
    assert (event.actor, event.note, event.data) == (operator, "Line 2 of the file.", {"thread": thread.pk})
    assert not thread.is_blocking


@pytest.mark.parametrize(
    ("artifact", "line"), [("content", 0), ("content", 4), ("content", -1), ("report", 9999), ("else", 1), ("", 1)]
)
def test_start_thread_on_a_line_that_is_not_there_is_refused(proposal: Proposal, artifact: str, line: int) -> None:
    with pytest.raises(DecisionRefused, match="no such line"):
        start(proposal, artifact=artifact, line=line)


def test_start_thread_on_the_file_of_a_plan_is_refused() -> None:
    with pytest.raises(DecisionRefused, match="no such line"):
        start(create_proposal(), artifact="content", line=1)


@pytest.mark.parametrize("text", ["", "   \n", "x" * 5001])
def test_start_thread_without_words_or_with_too_many_is_refused(proposal: Proposal, text: str) -> None:
    with pytest.raises(DecisionRefused):
        start(proposal, text=text)

    assert not LineThread.objects.exists()


def test_threads_are_for_people_who_decide(proposal: Proposal) -> None:
    thread = start(proposal)
    strangers = [create_user(groups=["Viewers"]), create_user(kind="service"), create_user(kind="model")]

    for stranger in strangers:
        for act in (
            lambda by: start(proposal, by),
            lambda by: reply_to_thread(**bound(thread), by=by, text="Me."),
            lambda by: resolve_thread(**bound(thread), by=by),
            lambda by: block_by_thread(**bound(thread), by=by),
        ):
            with pytest.raises(NotAllowed):
                act(stranger)

    assert LineComment.objects.count() == 1


def test_thread_of_another_proposal_is_not_found(proposal: Proposal) -> None:
    thread, other = start(proposal), create_proposal()

    with pytest.raises(LineThread.DoesNotExist):
        resolve_thread(proposal_id=other.pk, thread_id=thread.pk, by=create_user())


def test_open_blocking_thread_refuses_an_approval(proposal: Proposal) -> None:
    thread = start(proposal, ann := create_user(), is_blocking=True)

    with pytest.raises(DecisionRefused, match=r"blocking thread is open \(line 2 of the file\)"):
        approve_proposal(**approval_of(proposal), by=create_user())
    resolve_thread(**bound(thread), by=ann)
    approve_proposal(**approval_of(proposal), by=create_user())

    assert Proposal.objects.get(pk=proposal.pk).status == Status.APPROVED


def test_open_thread_that_does_not_block_lets_approve(proposal: Proposal) -> None:
    start(proposal)

    approve_proposal(**approval_of(proposal), by=create_user())

    assert Proposal.objects.get(pk=proposal.pk).status == Status.APPROVED


def test_blocking_thread_of_another_person_is_resolved_with_a_reason(proposal: Proposal) -> None:
    thread, bob = start(proposal, is_blocking=True), create_user()

    with pytest.raises(DecisionRefused, match="another person lets this block"):
        resolve_thread(**bound(thread), by=bob, text="No.")
    resolve_thread(**bound(thread), by=bob, text="Nobody reads it; I searched the code.")

    thread.refresh_from_db()
    assert (thread.resolved_by, thread.comments.count()) == (bob, 2)
    assert proposal.events.filter(name="thread_resolved", actor=bob).count() == 1


def test_blocking_thread_is_never_resolved_by_who_submitted() -> None:
    author = create_user()
    proposal = create_proposal(by=author)
    thread = start(proposal, artifact="report", line=1, is_blocking=True)

    with pytest.raises(NotAllowed, match="you submitted"):
        resolve_thread(**bound(thread), by=author, text="There is nothing to see here.")


def test_resolve_and_block_again_change_nothing(proposal: Proposal) -> None:
    thread, ann = start(proposal), create_user()

    block_by_thread(**bound(thread), by=ann)
    block_by_thread(**bound(thread), by=create_user())
    blocked = LineThread.objects.get()
    resolve_thread(**bound(thread), by=ann)
    resolve_thread(**bound(thread), by=create_user())

    assert blocked.blocked_by == ann
    assert LineThread.objects.get().resolved_by == ann
    names = proposal.events.filter(name__startswith="thread_").order_by("id").values_list("name", flat=True)
    assert list(names) == ["thread_started", "thread_blocks", "thread_resolved"]


def test_block_opens_what_was_resolved(proposal: Proposal) -> None:
    thread, ann = start(proposal), create_user()
    resolve_thread(**bound(thread), by=ann)

    assert block_by_thread(**bound(thread), by=ann).is_blocking


@pytest.mark.django_db(transaction=True)
def test_approval_and_blocking_thread_at_once_never_both() -> None:
    proposal, operators, barrier = create_proposal(), [create_user(), create_user()], Barrier(2)
    acts = [
        lambda: approve_proposal(**approval_of(proposal), by=operators[0]),
        lambda: start(proposal, operators[1], artifact="report", line=1, is_blocking=True),
    ]

    def attempt(number: int) -> bool:
        barrier.wait()
        try:
            acts[number]()
        except DecisionRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        approved, blocked = pool.map(attempt, range(2))

    assert approved != blocked
    assert (Proposal.objects.get(pk=proposal.pk).status == Status.APPROVED) == approved
    assert LineThread.objects.blocking().exists() == blocked


def test_block_of_what_is_decided_is_refused() -> None:
    thread = start(create_proposal(Status.REJECTED), artifact="report", line=1)

    with pytest.raises(DecisionRefused, match="nothing to block"):
        block_by_thread(**bound(thread), by=create_user())


@pytest.mark.parametrize("change", ["UPDATE proposals_linecomment SET text = ''", "DELETE FROM proposals_linecomment"])
def test_comments_are_append_only_in_the_database(proposal: Proposal, change: str) -> None:
    start(proposal)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_page_opens_a_form_on_the_line_and_shows_the_thread_beneath_it(proposal: Proposal) -> None:
    client = log_in()

    page = client.get(f"{review_url(proposal)}?comment=file-2").content.decode()
    typed = {"artifact": "content", "line": 2, "text": "Who *reads* it? <script>alert(1)</script>", "is_blocking": "1"}
    answer = client.post(thread_url(proposal), typed)
    shown = client.get(answer["Location"]).content.decode()

    assert 'href="?comment=file-2#comment"' in page
    assert "Comment on line 2" in page
    assert 'id="file" open>' in page
    thread = LineThread.objects.get()
    assert answer["Location"] == f"{review_url(proposal)}?open={thread.pk}#thread-{thread.pk}"
    assert "<em>reads</em>" in shown
    assert "<script>alert(1)" not in shown
    assert "A blocking thread is open; resolve it before you approve." in shown
    assert shown.index('id="file-L2"') < shown.index(f'id="thread-{thread.pk}"') < shown.index('id="file-L3"')


def test_page_replies_blocks_and_resolves(proposal: Proposal) -> None:
    operator = create_user()
    thread, client = start(proposal), log_in(operator)

    for do in ("reply", "block", "resolve"):
        client.post(thread_url(proposal, thread), {"do": do, "text": f"To {do}."})

    thread.refresh_from_db()
    assert [comment.text for comment in thread.comments.order_by("id")][1:] == ["To reply.", "To block.", "To resolve."]
    assert (thread.blocked_by, thread.resolved_by) == (operator, operator)


@pytest.mark.parametrize(
    "typed",
    [
        {"line": "2", "text": "Words that must not be lost.", "artifact": "nonsense"},
        {"line": "99", "text": "Words that must not be lost.", "artifact": "content"},
        {"line": "x", "text": "Words that must not be lost.", "artifact": "content"},
    ],
)
def test_post_that_is_refused_changes_nothing(proposal: Proposal, typed: dict[str, str]) -> None:
    answer = log_in().post(thread_url(proposal), typed)

    assert "Nothing was changed" in " ".join(str(each) for each in get_messages(answer.wsgi_request))
    assert not LineThread.objects.exists()


def test_reply_that_is_refused_stays_in_its_form(proposal: Proposal) -> None:
    thread, client = start(proposal, is_blocking=True), log_in()

    page = client.post(thread_url(proposal, thread), {"do": "resolve", "text": "No <b>"}, follow=True).content.decode()

    assert "another person lets this block" in page
    assert ">No &lt;b&gt;</textarea>" in page
    assert ">No &lt;b&gt;</textarea>" not in client.get(review_url(proposal)).content.decode()


@pytest.mark.parametrize("group", ["Viewers", "Producers"])
def test_post_to_threads_without_the_right_changes_nothing(proposal: Proposal, group: str) -> None:
    thread, client = start(proposal), log_in(create_user(groups=[group]))

    client.post(thread_url(proposal), {"artifact": "content", "line": 1, "text": "Me too."})
    client.post(thread_url(proposal, thread), {"do": "resolve", "text": "Done with this."})

    assert LineComment.objects.count() == 1
    assert LineThread.objects.get().resolved_at is None
    assert "?comment=" not in client.get(review_url(proposal)).content.decode()


def test_threads_ask_for_the_right_to_view_and_for_a_post(proposal: Proposal) -> None:
    stranger = log_in(create_user(groups=[]))

    assert stranger.post(thread_url(proposal), {"artifact": "content", "line": 1, "text": "x"}).status_code == 403
    assert log_in().get(thread_url(proposal)).status_code == 405
    assert log_in().get(thread_url(proposal, start(proposal))).status_code == 405


@pytest.mark.parametrize("asked", ["file-0", "file-99999999999", "file-x", "else-1", "file", "-", "text-2"])
def test_page_takes_any_line_that_is_asked_for(proposal: Proposal, asked: str) -> None:
    assert log_in().get(f"{review_url(proposal)}?comment={asked}").status_code == 200


def test_page_costs_the_same_however_many_threads(
    proposal: Proposal, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, people = log_in(), [create_user() for _ in range(3)]
    start(proposal, people[0])
    client.get(review_url(proposal))
    with django_assert_num_queries(60, exact=False) as few:
        client.get(review_url(proposal))
    for number in range(9):
        thread = start(proposal, people[number % 3], line=1 + number % 3, is_blocking=number % 2 == 0)
        reply_to_thread(**bound(thread), by=people[(number + 1) % 3], text="And?")

    with django_assert_num_queries(len(few.captured_queries)):
        client.get(review_url(proposal))
