"""The reviewers' figures, the time on the page, and that each number leads to its rows."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.signing import TimestampSigner
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from proposals.actors import Actor
from proposals.admin import time_on_page
from proposals.admin.time_on_page import MOST_SECONDS, seconds_since, stamp_of
from proposals.models import Decision, Proposal, User
from proposals.reviewers import reviewer_figures
from proposals.services import approve_proposal, record_execution, reject_proposal, send_back_proposal
from proposals.states import Status
from tests.factories import create_proposal, create_user, decision_on, estimate
from tests.factories.browsers import decision_form, log_in, post_estimate, review_url

pytestmark = pytest.mark.django_db
PAGE = "/admin/proposals/decision/reviewers/"
LIST = "/admin/proposals/decision/"
REASON = "Not worth the risk."


def _open(number: int = 1) -> Proposal:
    return create_proposal(Status.NEEDS_MITIGATION, proposal=f"self_improvement: Keep journal {number}. [fsar_review]")


@pytest.fixture
def bob() -> User:
    return create_user("bob")


@pytest.fixture
def decided(ada: User, bob: User) -> None:
    """By ada: two approvals, a rejection, one sent back; by bob: one rejection."""
    quick, slow, *others = [_open(number) for number in range(5)]
    approve_proposal(**decision_on(quick), by=ada, seconds_on_page=4)
    approve_proposal(**decision_on(slow), by=ada, seconds_on_page=300)
    for proposal, outcome in ((quick, Status.FAILED), (slow, Status.EXECUTED)):
        record_execution(proposal_id=proposal.pk, outcome=outcome, by=Actor.system(), note="Told by a test.")
    reject_proposal(**decision_on(others[0]), by=ada, note=REASON)
    send_back_proposal(**decision_on(others[1]), by=ada, note=REASON, seconds_on_page=20)
    reject_proposal(**decision_on(others[2]), by=bob, note=REASON, seconds_on_page=30)
    estimate(blocked := create_proposal(), ada)
    estimate(blocked, bob, likelihood=5, damage=5)


def test_figures_count_what_was_really_decided(decided: None, ada: User, bob: User) -> None:
    of_ada, of_bob = reviewer_figures(since=None)

    assert (of_ada.name, of_bob.name) == ("ada", "bob")
    assert of_ada.kinds == {"approve": 2, "reject": 1, "send_back": 1}
    assert (of_ada.rate("mitigate").some, of_ada.rate("mitigate").n) == (2, 4)
    assert (of_ada.timed, of_ada.timed_approvals, of_ada.reflexes) == (3, 2, 1)
    assert (of_ada.outcomes["executed"], of_ada.outcomes["failed"], of_ada.outcomes["rolled_back"]) == (1, 1, 0)
    assert (of_ada.estimates.some, of_ada.estimates.n) == (1, 1)
    assert (of_bob.estimates.some, of_bob.estimates.n) == (0, 1)
    length = len(Decision.objects.filter(by=ada, seconds_on_page=20).get().proposal.text)
    assert of_ada.pace == pytest.approx(20 * 1000 / length)


def test_figures_leave_out_what_is_older_and_other_people(decided: None, ada: User) -> None:
    assert reviewer_figures(since=timezone.now() + timedelta(minutes=1)) == []
    assert [each.name for each in reviewer_figures(since=None, only=ada)] == ["ada"]


def test_figures_take_three_queries_however_many_people_there_are(decided: None, ada: User) -> None:
    for number in range(5, 9):
        reject_proposal(**decision_on(_open(number)), by=create_user(), note=REASON)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(reviewer_figures(since=None)) == 6

    assert len(asked) == 3


@pytest.mark.parametrize(
    ("group", "seen"),
    [("Leads", {"ada", "bob"}), ("Auditors", {"ada", "bob"}), ("Viewers", set()), ("Operators", set())],
)
def test_page_shows_everybody_to_leads_and_auditors_alone(decided: None, group: str, seen: set[str]) -> None:
    client = log_in(create_user("the-one", groups=[group]))

    page = client.get(PAGE)

    assert page.status_code == 200
    assert {row["name"] for row in page.context["rows"]} == seen
    assert client.get(LIST).context["cl"].result_count == (5 if seen else 0)


def test_page_shows_an_operator_their_own_row(decided: None, ada: User, bob: User) -> None:
    client = log_in(bob)

    assert [row["name"] for row in client.get(PAGE).context["rows"]] == ["bob"]
    assert client.get(f"{LIST}?by={ada.pk}").context["cl"].result_count == 1
    listed = client.get(f"/admin/proposals/proposal/?standing=all&estimated={ada.pk}.any.all")
    assert listed.context["cl"].result_count == 0


@pytest.mark.parametrize("period", ["7", "30", "90", "all", "x\x00"])
def test_every_number_of_the_page_leads_to_that_many_rows(decided: None, period: str) -> None:
    client = log_in(create_user(groups=["Leads"]))

    page = client.get(PAGE, {"period": period}).content.decode()
    linked = re.findall(r'<a href="(/admin/proposals/[^"]+\?[^"]+)">(\d+)</a>', page)

    assert len(linked) == 2 * (3 + 3 + 1 + 2 + 3 + 2)
    for link, number in linked:
        answer = client.get(unescape(link))
        assert answer.status_code == 200, link
        assert answer.context["cl"].result_count == int(number), link


def test_page_tells_no_share_of_too_few(decided: None) -> None:
    page = log_in(create_user(groups=["Leads"])).get(PAGE).content.decode()

    assert "n too small" in page
    assert "50.0%" not in page


def test_page_tells_a_share_and_its_interval_of_enough(ada: User) -> None:
    judged = _open()
    Decision.objects.bulk_create(
        Decision(
            proposal=judged, kind=Decision.Kind.REJECT, by=ada, content_hash="x", assessment_id=judged.assessment_id
        )
        for _ in range(19)
    )
    approve_proposal(**decision_on(judged), by=ada)

    page = log_in(ada).get(PAGE).content.decode()

    assert "5.0%" in page
    assert "0.9% to 23.6%" in page


@pytest.mark.parametrize("asked", ["", ".", "x.far.30", "1.far.31", "1", "9" * 30 + ".any.all", "1.any.all.more"])
def test_estimates_that_nobody_means_are_no_error(decided: None, asked: str) -> None:
    answer = log_in(create_user(groups=["Leads"])).get("/admin/proposals/proposal/", {"estimated": asked})

    assert answer.status_code == 200


def _stamp_on(client: Client, proposal: Proposal) -> str:
    shown = re.search(r'name="shown_at" value="([^"]*)"', client.get(review_url(proposal)).content.decode())
    assert shown
    return shown[1]


def test_decision_keeps_how_long_its_page_was_open(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal, client = _open(), log_in(ada)
    stamp = _stamp_on(client, proposal)
    _later(monkeypatch, 90)

    client.post(review_url(proposal), decision_form(proposal, "approve") | {"shown_at": stamp})

    assert Decision.objects.get().seconds_on_page in (90, 91)


def _later(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    now = time_on_page.time.time()
    monkeypatch.setattr("proposals.admin.time_on_page.time.time", lambda: now + seconds)


def test_estimate_and_comments_do_not_start_the_time_again(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal, client = create_proposal(), log_in(ada)
    first = _stamp_on(client, proposal)
    _later(monkeypatch, 50 * 60)
    post_estimate(client, proposal)

    assert _stamp_on(client, proposal) == first
    client.post(review_url(proposal), decision_form(proposal, "approve") | {"shown_at": first})

    assert Decision.objects.get().seconds_on_page in (3000, 3001)


def test_another_page_or_an_hour_starts_the_time_again(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal, other, client = _open(1), _open(2), log_in(ada)
    first = _stamp_on(client, proposal)
    _later(monkeypatch, 60)
    _stamp_on(client, other)
    second = _stamp_on(client, proposal)
    _later(monkeypatch, 3700)

    assert len({first, second, _stamp_on(client, proposal)}) == 3


def test_refused_decision_does_not_start_the_time_again(ada: User) -> None:
    proposal, client = _open(), log_in(ada)
    stamp = _stamp_on(client, proposal)

    refused = client.post(review_url(proposal), decision_form(proposal, "reject") | {"shown_at": stamp})

    assert refused.status_code == 409
    assert refused.context["shown_at"] == stamp


def _forged(proposal: Proposal, by: User) -> dict[str, Any]:
    good = stamp_of(proposal, by)
    return {
        "missing": None,
        "empty": "",
        "altered": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "earlier": re.sub(":[^:]+:", ":1:", good),
        "of another": stamp_of(proposal, create_user()),
        "of another page": stamp_of(_open(99), by),
        "of another salt": TimestampSigner(salt="x").sign(f"{proposal.pk}-{by.pk}"),
        "long": good * 1000,
        "null": "\x00",
        "a sign": ":::",
    }


@pytest.mark.parametrize(
    "which",
    [
        "missing",
        "empty",
        "altered",
        "earlier",
        "of another",
        "of another page",
        "of another salt",
        "long",
        "null",
        "a sign",
    ],
)
@pytest.mark.parametrize("action", ["approve", "reject", "send_back"])
def test_decision_with_a_forged_stamp_is_made_and_has_no_time(ada: User, which: str, action: str) -> None:
    proposal = _open()
    stamp = _forged(proposal, ada)[which]
    sent = {} if stamp is None else {"shown_at": stamp}

    answer = log_in(ada).post(review_url(proposal), decision_form(proposal, action, REASON) | sent)

    assert answer.status_code == 302
    assert Decision.objects.get().seconds_on_page is None


@pytest.mark.parametrize(("after", "seconds"), [(-100, 0), (0, 0), (10_000_000, MOST_SECONDS)])
def test_seconds_since_stays_within_a_day(ada: User, monkeypatch: pytest.MonkeyPatch, after: int, seconds: int) -> None:
    proposal = _open()
    stamp = stamp_of(proposal, ada)
    _later(monkeypatch, after)

    assert seconds_since(stamp, proposal, ada) in (seconds, min(seconds + 1, MOST_SECONDS))


def test_list_leads_to_the_proposal_and_shows_hostile_text_harmlessly(ada: User) -> None:
    proposal = _open()
    reject_proposal(**decision_on(proposal), by=ada, note="<script>alert(1)</script>\u202e")
    client = log_in(ada)

    page = client.get(LIST).content.decode()
    led = client.get(f"{LIST}{Decision.objects.get().pk}/change/")

    assert "<script>alert(1)" not in page
    assert "\u202e" not in page
    assert led["Location"] == review_url(proposal)


def test_list_takes_as_many_queries_for_many_rows(decided: None) -> None:
    client = log_in(create_user(groups=["Leads"]))
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for number in range(20, 25):
        reject_proposal(**decision_on(_open(number)), by=create_user(), note=REASON)

    with CaptureQueriesContext(connection) as many:
        client.get(LIST)

    assert len(many) == len(few)
