"""Deciding from the review page and in bulk, by direct POST."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse

from proposals.models import Decision, PolicyVersion, Proposal, User
from proposals.services import reject_proposal, save_policy, service_account
from proposals.states import Status
from tests.factories import create_proposal, create_user, decision_on
from tests.factories.browsers import decision_form, log_in, post_estimate, review_url

pytestmark = pytest.mark.django_db

QUEUE = "/admin/proposals/proposal/"
REASON = "Seen it, thought about it, wrote it down."


def _status(proposal: Proposal) -> str:
    return Proposal.objects.values_list("status", flat=True).get(pk=proposal.pk)


def _messages(answer: HttpResponse) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        (Status.BLOCKED, "approve", Status.APPROVED),
        (Status.BLOCKED, "reject", Status.REJECTED),
        (Status.BLOCKED, "send_back", Status.RETURNED),
        (Status.NEEDS_MITIGATION, "approve", Status.APPROVED),
        (Status.RETURNED, "reopen", Status.BLOCKED),
    ],
)
def test_review_post_by_an_operator_decides(before: Status, action: str, after: Status) -> None:
    proposal, operator = create_proposal(before), create_user()
    client = log_in(operator)
    if (before, action) == (Status.BLOCKED, "approve"):
        post_estimate(client, proposal)

    answer = client.post(review_url(proposal), decision_form(proposal, action, REASON))

    assert answer.status_code == 302
    assert _status(proposal) == after
    event = proposal.events.order_by("-id").first()
    assert event is not None
    assert (event.actor, event.note) == (operator, REASON)


@pytest.mark.parametrize("action", ["approve", "reject", "send_back", "claim", "reopen", "withdraw", "delete", ""])
def test_review_post_by_a_viewer_changes_nothing(action: str) -> None:
    proposal = create_proposal(Status.RETURNED if action == "reopen" else Status.BLOCKED)
    before = _status(proposal)

    answer = log_in(create_user(groups=["Viewers"])).post(review_url(proposal), decision_form(proposal, action, REASON))

    assert answer.status_code == 409
    assert REASON in answer.content.decode()
    assert _status(proposal) == before
    assert not Decision.objects.exists()
    assert proposal.events.count() == 2


@pytest.mark.parametrize("action", ["approve", "reject", "send_back", "claim"])
def test_review_post_by_a_service_changes_nothing(action: str) -> None:
    robot = service_account("robot")
    User.objects.filter(pk=robot.pk).update(is_staff=True, is_superuser=True)
    proposal = create_proposal()

    answer = log_in(User.objects.get(pk=robot.pk)).post(review_url(proposal), decision_form(proposal, action, REASON))

    assert answer.status_code == 409
    assert _status(proposal) == Status.BLOCKED


def test_review_post_without_the_view_permission_is_forbidden() -> None:
    proposal = create_proposal()

    answer = log_in(create_user(groups=[])).post(review_url(proposal), decision_form(proposal, "approve"))

    assert answer.status_code == 403
    assert _status(proposal) == Status.BLOCKED


def test_review_post_needs_the_csrf_token() -> None:
    proposal, client = create_proposal(), log_in()
    client.handler.enforce_csrf_checks = True

    answer = client.post(review_url(proposal), decision_form(proposal, "approve"))

    assert answer.status_code == 403
    assert _status(proposal) == Status.BLOCKED


@pytest.mark.parametrize(
    "stale", [{"content_hash": "sha256:0"}, {"assessment_id": 0}, {"assessment_id": "x"}, {"content_hash": ""}]
)
def test_review_post_about_something_else_keeps_the_reason(stale: dict[str, Any]) -> None:
    proposal = create_proposal()

    answer = log_in().post(review_url(proposal), decision_form(proposal, "approve", REASON) | stale)

    assert answer.status_code == 409
    assert "Nothing was changed" in _messages(answer) or "Nothing was changed" in answer.content.decode()
    assert f">{REASON}</textarea>" in answer.content.decode()
    assert _status(proposal) == Status.BLOCKED


def test_review_post_with_a_short_reason_keeps_it() -> None:
    proposal = create_proposal()

    answer = log_in().post(review_url(proposal), decision_form(proposal, "reject", "no <b>"))

    assert b"at least 10 characters" in answer.content
    assert b">no &lt;b&gt;</textarea>" in answer.content
    assert _status(proposal) == Status.BLOCKED


def test_review_post_on_ones_own_submission_cannot_approve_but_withdraw() -> None:
    author = create_user()
    proposal, client = create_proposal(by=author), log_in(author)

    page = client.get(review_url(proposal))
    refused = client.post(review_url(proposal), decision_form(proposal, "approve", REASON))
    withdrawn = client.post(review_url(proposal), decision_form(proposal, "withdraw"))

    assert b"You submitted this; another person must approve it." in page.content
    assert (refused.status_code, withdrawn.status_code) == (409, 302)
    assert _status(proposal) == Status.WITHDRAWN


def test_review_post_twice_where_two_must_approve() -> None:
    rules = PolicyVersion.objects.current().rules.to_dict()
    save_policy(document=rules | {"approvals": {"block": 2}}, by=None, note="Two people.")
    proposal, first, second = create_proposal(), log_in(), log_in()
    post_estimate(first, proposal)
    post_estimate(second, proposal)

    assert b"Needs 2 more approvals" in first.get(review_url(proposal)).content
    first.post(review_url(proposal), decision_form(proposal, "approve"))
    again = first.post(review_url(proposal), decision_form(proposal, "approve"))
    assert (again.status_code, _status(proposal)) == (409, Status.BLOCKED)

    second.post(review_url(proposal), decision_form(proposal, "approve"))

    assert _status(proposal) == Status.APPROVED


def test_review_claim_shows_and_binds_the_others() -> None:
    proposal, mine, theirs = create_proposal(), log_in(create_user("ann-claims")), log_in()

    mine.post(review_url(proposal), decision_form(proposal, "claim"))
    taken = theirs.post(review_url(proposal), decision_form(proposal, "claim"))

    assert taken.status_code == 409
    assert b"ann-claims has claimed" in taken.content
    assert b"Release my claim" in mine.get(review_url(proposal)).content
    assert mine.post(review_url(proposal), decision_form(proposal, "release")).status_code == 302


def _bulk(proposals: list[Proposal], action: str, **typed: str) -> dict[str, Any]:
    shown = [f"{each.pk}|{each.assessment_id}|{each.content_hash}" for each in proposals]
    return {
        "action": f"{action}_selected",
        "_selected_action": [each.pk for each in proposals],
        "shown": shown,
        **typed,
    }


def test_bulk_reject_asks_first() -> None:
    proposals = [create_proposal() for _ in range(2)]

    page = log_in().post(QUEUE, _bulk(proposals, "reject"))

    assert b"Reject 2 proposals?" in page.content
    assert all(_status(each) == Status.BLOCKED for each in proposals)


def test_bulk_reject_tells_what_became_of_each() -> None:
    proposals = [create_proposal() for _ in range(3)]
    reject_proposal(**decision_on(proposals[0]), by=create_user(), note=REASON)

    answer = log_in().post(QUEUE, _bulk(proposals, "reject", confirmed="yes", note=REASON))

    assert _messages(answer) == "2 rejected, 1 skipped: already rejected."
    assert all(_status(each) == Status.REJECTED for each in proposals)
    assert Decision.objects.count() == 3


def test_bulk_reject_without_a_reason_asks_again() -> None:
    proposal = create_proposal()

    page = log_in().post(QUEUE, _bulk([proposal], "reject", confirmed="yes", note="no"))

    assert page.status_code == 200
    assert b"at least 10 characters" in page.content
    assert _status(proposal) == Status.BLOCKED


def test_bulk_approve_leaves_blocked_ones_alone() -> None:
    blocked, mitigate, own = create_proposal(), create_proposal(Status.NEEDS_MITIGATION), create_user()
    mine = create_proposal(Status.NEEDS_MITIGATION, by=own, proposal="self_improvement: Mine. [fsar_review]")

    answer = log_in(own).post(QUEUE, _bulk([blocked, mitigate, mine], "approve", confirmed="yes", note=REASON))

    told = _messages(answer)
    assert told.startswith("1 approved, ")
    assert "1 skipped: blocked, and approved only on its own page" in told
    assert "1 skipped: you submitted this proposal" in told
    assert (_status(blocked), _status(mitigate), _status(mine)) == ("blocked", "approved", "needs_mitigation")


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_bulk_by_a_viewer_changes_nothing(action: str) -> None:
    proposal = create_proposal(Status.NEEDS_MITIGATION)

    log_in(create_user(groups=["Viewers"])).post(QUEUE, _bulk([proposal], action, confirmed="yes", note=REASON))

    assert _status(proposal) == Status.NEEDS_MITIGATION


def test_bulk_row_that_changed_since_is_skipped() -> None:
    proposal = create_proposal()
    form = _bulk([proposal], "reject", confirmed="yes", note=REASON) | {"shown": [f"{proposal.pk}|0|sha256:0"]}

    answer = log_in().post(QUEUE, form)

    assert _messages(answer).startswith("0 rejected, 1 skipped: this proposal was assessed again")
    assert _status(proposal) == Status.BLOCKED


@pytest.mark.parametrize("shown", ["", "x", "1|2", "a|b|c"])
def test_bulk_with_nonsense_rows_changes_nothing(shown: str) -> None:
    proposal = create_proposal()

    answer = log_in().post(QUEUE, _bulk([proposal], "reject", confirmed="yes", note=REASON) | {"shown": [shown]})

    assert answer.status_code in {200, 302}
    assert _status(proposal) == Status.BLOCKED
