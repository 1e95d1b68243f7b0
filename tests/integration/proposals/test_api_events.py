"""The feed: complete and in order, whatever commits late."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from proposals.models import OutboundEvent, Proposal
from proposals.states import Status
from tests.factories import create_proposal, create_user
from tests.factories.clients import assert_problem, create_client
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
FEED = "/api/v1/events/"


def read(client: Any, url: str = FEED) -> tuple[list[dict[str, Any]], str]:
    """All pages from there on, and where to go on."""
    found: list[dict[str, Any]] = []
    while True:
        page = client.get(url).json()
        if not page["results"]:
            return found, page["next"]
        found, url = found + page["results"], page["next"]


def ids() -> set[str]:
    return {str(each) for each in OutboundEvent.objects.values_list("uuid", flat=True)}


def test_feed_tells_each_event_once_as_a_cloud_event_without_content(viewer: Any) -> None:
    proposal = create_proposal(Status.BLOCKED)
    wait_until(lambda: len(read(viewer)[0]) == len(ids()))

    events, _ = read(viewer, f"{FEED}?page_size=1")

    assert [each["id"] for each in events] == [
        str(each) for each in OutboundEvent.objects.order_by("id").values_list("uuid", flat=True)
    ]
    assert events[0]["type"] == "fsarsite.proposal.submitted"
    assert (events[0]["specversion"], events[0]["subject"]) == ("1.0", proposal.report_id)
    assert events[-1]["data"]["after"] == "blocked"
    assert proposal.text not in str(events)


def test_feed_misses_no_event_that_commits_late(viewer: Any) -> None:
    late, early = create_proposal(), create_proposal()
    wait_until(lambda: len(read(viewer)[0]) == len(ids()))
    _, cursor = read(viewer)
    written, may_commit = Event(), Event()

    def write_late() -> None:
        with transaction.atomic():
            OutboundEvent.objects.create(type="late", subject="late", proposal=late)
            written.set()
            may_commit.wait(30)
        connection.close()

    thread = Thread(target=write_late)
    thread.start()
    written.wait(30)
    OutboundEvent.objects.create(type="early", subject="early", proposal=early)
    before, _ = read(viewer, cursor)
    may_commit.set()
    thread.join()
    wait_until(lambda: len(read(viewer, cursor)[0]) == 2)

    assert before == []
    assert [each["type"] for each in read(viewer, cursor)[0]] == ["late", "early"]


def test_feed_keeps_a_proposals_order_when_an_older_transaction_writes_last(viewer: Any) -> None:
    proposal, other = create_proposal(), create_proposal()
    begun, may_write = Event(), Event()

    def write_last() -> None:
        with transaction.atomic():
            OutboundEvent.objects.create(type="first-write", subject="s", proposal=other)
            begun.set()
            may_write.wait(30)
            OutboundEvent.objects.create(type="second", subject="order", proposal=proposal)
        connection.close()

    thread = Thread(target=write_last)
    thread.start()
    begun.wait(30)
    OutboundEvent.objects.create(type="first", subject="order", proposal=proposal)
    may_write.set()
    thread.join()
    wait_until(lambda: len(read(viewer, f"{FEED}?subject=order")[0]) == 2)

    assert [each["type"] for each in read(viewer, f"{FEED}?subject=order")[0]] == ["first", "second"]


def test_follower_of_many_writers_gets_each_event_once_and_misses_none(viewer: Any) -> None:
    proposals = [create_proposal() for _ in range(4)]
    seen, url, total = [], FEED, 4 * 25 + len(ids())

    def write(proposal: Proposal) -> None:
        try:
            for number in range(25):
                with transaction.atomic():
                    OutboundEvent.objects.create(type=f"n{number}", subject="many", proposal=proposal)
                    time.sleep(random.uniform(0, 0.01))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, proposal) for proposal in proposals]
        deadline = time.monotonic() + 60
        while len(seen) < total and time.monotonic() < deadline:
            found, url = read(viewer, url)
            seen += found
        for each in writing:
            each.result()

    assert [each["id"] for each in seen] == [str(e.uuid) for e in OutboundEvent.objects.order_by("id")]


def test_feed_is_narrowed(viewer: Any) -> None:
    one = create_proposal()
    create_proposal()
    wait_until(lambda: len(read(viewer)[0]) == len(ids()))

    submitted, _ = read(viewer, f"{FEED}?type=fsarsite.proposal.submitted&type=fsarsite.proposal.none")
    of_one, _ = read(viewer, f"{FEED}?subject={one.report_id}")

    assert [each["type"] for each in submitted] == ["fsarsite.proposal.submitted"] * 2
    assert {each["subject"] for each in of_one} == {one.report_id}
    assert len(of_one) == one.events.count()


def test_feed_of_many_pages_asks_as_often_on_each(viewer: Any) -> None:
    for _ in range(3):
        create_proposal()
    wait_until(lambda: len(read(viewer)[0]) == len(ids()))
    asked = []
    for size in (1, 5):
        with CaptureQueriesContext(connection) as queries:
            viewer.get(f"{FEED}?page_size={size}")
        asked.append(len(queries))

    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    "query",
    [
        "cursor=x",
        "cursor=%00",
        "cursor=MS4",
        "cursor=ZQ",
        "cursor=é",
        "page_size=0",
        "page_size=x",
        "sorts=1",
        "type=%00",
        "subject=%00",
        f"subject={'x' * 101}",
    ],
)
def test_feed_refuses_what_it_does_not_know(viewer: Any, query: str) -> None:
    assert_problem(viewer.get(f"{FEED}?{query}"), 400, "request-invalid")


def test_feed_is_for_who_may_see_proposals() -> None:
    assert_problem(create_client(None).get(FEED), 401, "unauthenticated")
    assert_problem(create_client(create_user(groups=[])).get(FEED), 403, "forbidden")
