"""Deciding from the review page and in bulk, by direct POST."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.http import HttpResponse

from proposals.models import Decision, PolicyVersion, Proposal, User
from proposals.services import reject_proposal, save_policy, service_account
from proposals.services.bulk import BulkRefused, decide_all, digest_of
from proposals.states import Status
from tests.factories import create_proposal, create_user, decision_on, file_proposal
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

    assert b"<strong>0 of 2</strong> approved, needs 2 more people" in first.get(review_url(proposal)).content
    first.post(review_url(proposal), decision_form(proposal, "approve"))
    assert b"<strong>1 of 2</strong> approved, needs another person" in second.get(review_url(proposal)).content
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
    for each in proposals:
        each.refresh_from_db()
    return {
        "action": f"{action}_selected",
        "_selected_action": [each.pk for each in proposals],
        "digest": digest_of(proposals),
        **typed,
    }


def _digest_on(page: str) -> str:
    return page.split('name="digest" value="')[1][:64]


@pytest.mark.parametrize(
    ("action", "verb", "done", "status"),
    [
        ("reject", "Reject", "2 rejected.", Status.REJECTED),
        ("send_back", "Send back", "2 sent back.", Status.RETURNED),
        ("approve", "Approve", "2 approved.", Status.APPROVED),
    ],
)
def test_bulk_asks_first_then_decides_each_with_one_reason(action: str, verb: str, done: str, status: Status) -> None:
    before, mark = (Status.NEEDS_MITIGATION, "review") if action == "approve" else (Status.BLOCKED, "block")
    proposals = [create_proposal(before, proposal=f"self_improvement: Item {n}. [fsar_{mark}]") for n in range(2)]
    client = log_in()

    page = client.post(QUEUE, _bulk(proposals, action)).content.decode()
    untouched = [_status(each) for each in proposals]
    form = _bulk(proposals, action, confirmed="yes", note=REASON) | {
        "digest": page.split('name="digest" value="')[1][:64]
    }
    answer = client.post(QUEUE, form)

    assert f"{verb} 2 proposals?" in page
    assert untouched == [before] * 2
    assert _messages(answer) == done
    assert [_status(each) for each in proposals] == [status] * 2
    assert [each.decisions.get().note for each in proposals] == [REASON] * 2


def test_bulk_over_the_filter_takes_what_no_page_shows_and_what_is_folded() -> None:
    same = [create_proposal(proposal=file_proposal(f"a{number}.sql", "DROP TABLE loaves;")) for number in range(2)]
    others = [
        create_proposal(proposal=file_proposal(f"b{number}.sql", f"DROP TABLE b{number};")) for number in range(3)
    ]
    left, client = create_proposal(Status.NEEDS_MITIGATION), log_in()
    everything = {"action": "reject_selected", "select_across": "1", "_selected_action": [others[0].pk]}
    blocked = f"{QUEUE}?standing=blocked"

    page = client.post(blocked, everything).content.decode()
    answer = client.post(blocked, everything | {"confirmed": "yes", "note": REASON, "digest": _digest_on(page)})

    assert "Reject 5 proposals?" in page
    assert _messages(answer) == "5 rejected."
    assert {_status(each) for each in [*same, *others]} == {Status.REJECTED}
    assert _status(left) == Status.NEEDS_MITIGATION


@pytest.mark.parametrize("meanwhile", ["decided", "came", "own"])
def test_bulk_is_refused_as_a_whole_when_a_row_is_another(meanwhile: str) -> None:
    me = create_user()
    proposals = [create_proposal() for _ in range(2)]
    if meanwhile == "own":
        proposals.append(create_proposal(by=me, proposal="self_improvement: Mine. [fsar_block]"))
    form = _bulk(proposals, "approve" if meanwhile == "own" else "reject", confirmed="yes", note=REASON)
    if meanwhile == "decided":
        reject_proposal(**decision_on(proposals[0]), by=create_user(), note=REASON)
    elif meanwhile == "came":
        create_proposal()
        form |= {"select_across": "1"}

    answer = log_in(me).post(QUEUE, form)

    assert _messages(answer).startswith("Nothing was changed: ")
    assert _status(proposals[1]) == Status.BLOCKED
    assert Decision.objects.filter(by=me).count() == 0


def test_bulk_without_a_reason_asks_again() -> None:
    proposal = create_proposal()

    page = log_in().post(QUEUE, _bulk([proposal], "reject", confirmed="yes", note="no"))

    assert page.status_code == 200
    assert b"at least 10 characters" in page.content
    assert _status(proposal) == Status.BLOCKED


def test_bulk_approve_leaves_blocked_ones_out() -> None:
    blocked, mitigate, client = create_proposal(), create_proposal(Status.NEEDS_MITIGATION), log_in()

    page = client.post(QUEUE, _bulk([blocked, mitigate], "approve")).content.decode()
    form = _bulk([blocked, mitigate], "approve", confirmed="yes", note=REASON) | {"digest": _digest_on(page)}
    answer = client.post(QUEUE, form)

    assert "1 blocked one is left out" in page
    assert _messages(answer) == "1 approved."
    assert (_status(blocked), _status(mitigate)) == (Status.BLOCKED, Status.APPROVED)


@pytest.mark.parametrize("action", ["approve", "reject", "send_back"])
def test_bulk_by_a_viewer_changes_nothing(action: str) -> None:
    proposal = create_proposal(Status.NEEDS_MITIGATION)

    log_in(create_user(groups=["Viewers"])).post(QUEUE, _bulk([proposal], action, confirmed="yes", note=REASON))

    assert _status(proposal) == Status.NEEDS_MITIGATION


@pytest.mark.parametrize("digest", ["", "x", "0" * 64, "\x00"])
def test_bulk_with_another_digest_changes_nothing(digest: str) -> None:
    proposal = create_proposal()

    answer = log_in().post(QUEUE, _bulk([proposal], "reject", confirmed="yes", note=REASON) | {"digest": digest})

    assert answer.status_code in {200, 302}
    assert _status(proposal) == Status.BLOCKED


@pytest.mark.django_db(transaction=True)
def test_bulk_and_a_decision_at_once_give_one_decision_each() -> None:
    proposals, people = [create_proposal() for _ in range(4)], [create_user(), create_user()]
    digest, barrier = digest_of(proposals), Barrier(2)

    def decide(person: User) -> int | str:
        barrier.wait()
        try:
            ids = [each.pk for each in proposals]
            return decide_all(decision="reject", proposal_ids=ids, digest=digest, by=person, note=REASON)
        except BulkRefused:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        came = sorted(pool.map(decide, people), key=str)

    assert came == [4, "refused"]
    assert [each.decisions.count() for each in proposals] == [1] * 4
