"""Notices: who is told what, by mail and by signed POST, and when."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from proposals.models import LaterReview, Notice, NoticeEndpoint, NoticeKind, Proposal, User
from proposals.notices.post import is_outside
from proposals.notices.sending import GIVEN_UP_AFTER, purge_notices, send_notices
from proposals.services import (
    answer_question,
    ask_producer,
    assign_proposal,
    break_glass,
    reject_proposal,
    set_due,
    start_thread,
    watch_proposal,
)
from proposals.services.notices import renew_secret, resend_notices
from proposals.services.reminders import remind
from proposals.states import Status
from tests.factories import create_proposal, create_user, decision_on
from tests.factories.browsers import log_in
from tests.factories.receivers import Receiver, receiver

pytestmark = pytest.mark.django_db
REASON = "It is not worth the risk."


def mailed(name: str, *groups: str) -> User:
    user = create_user(name, groups=groups or ("Operators",))
    User.objects.filter(pk=user.pk).update(email=f"{name}@example.com")
    return User.objects.get(pk=user.pk)


def told() -> list[tuple[str, str]]:
    """The kind and the name of whom, in order."""
    return [(each.kind, str(each.to or each.endpoint)) for each in Notice.objects.order_by("id")]


def endpoint(url: str, *kinds: str) -> NoticeEndpoint:
    return NoticeEndpoint.objects.create(name="chat", url=url, kinds=list(kinds or NoticeKind.values))


@pytest.fixture
def blocked() -> Proposal:
    return create_proposal(Status.BLOCKED)


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as server:
        yield server


def test_who_watches_is_told_of_a_decision_but_not_of_ones_own(blocked: Proposal) -> None:
    ann, ben = mailed("ann"), mailed("ben")
    for person in (ann, ben):
        watch_proposal(proposal_id=blocked.pk, by=person)

    reject_proposal(**decision_on(blocked), by=ann, note=REASON)
    sent = send_notices()

    assert (told(), sent) == ([("changed", "ben")], 1)
    (letter,) = mail.outbox
    assert letter.to == ["ben@example.com"]
    assert letter.subject == "[fsarsite] Its status changed"
    assert "Status:   Rejected" in letter.body
    assert f"/admin/proposals/proposal/{blocked.pk}/change/" in letter.body


def test_letter_says_effect_missing_and_deadline_but_not_the_content(blocked: Proposal) -> None:
    lead, ann = create_user(groups=["Leads"]), mailed("ann")

    assign_proposal(proposal_id=blocked.pk, by=lead, to=ann)
    send_notices()

    body = mail.outbox[0].body
    assert blocked.assessment is not None
    assert f"Effect:   {blocked.assessment.effect}" in body
    assert "Missing:  a decision by one person" in body
    assert "Deadline: " in body
    assert blocked.title not in body
    assert blocked.text not in body


def test_question_answer_and_comment_reach_those_they_are_meant_for() -> None:
    producer, ann, ben = mailed("producer", "Producers"), mailed("ann"), mailed("ben")
    proposal = create_proposal(Status.BLOCKED, by=producer)
    watch_proposal(proposal_id=proposal.pk, by=ben)

    question = ask_producer(proposal_id=proposal.pk, by=ann, text="Why?")
    answer_question(proposal_id=proposal.pk, question_id=question.pk, by=producer, text="So.")
    start_thread(proposal_id=proposal.pk, by=ann, artifact="whole", line=1, text="Hm.")

    assert sorted(told()) == sorted(
        [("asked", "producer"), ("asked", "ben"), ("answered", "ann"), ("answered", "ben"), ("said", "ben")]
    )


def test_who_wants_no_mail_or_has_no_address_is_told_nothing(blocked: Proposal) -> None:
    unwilling, nowhere = mailed("ann"), create_user()
    User.objects.filter(pk=unwilling.pk).update(wants_mail=False)
    for person in (unwilling, nowhere):
        watch_proposal(proposal_id=blocked.pk, by=person)

    reject_proposal(**decision_on(blocked), by=create_user(), note=REASON)

    assert told() == []


def test_notice_is_undone_with_what_caused_it(blocked: Proposal) -> None:
    watch_proposal(proposal_id=blocked.pk, by=mailed("ann"))

    with transaction.atomic():
        reject_proposal(**decision_on(blocked), by=create_user(), note=REASON)
        before = told()
        transaction.set_rollback(True)

    assert before == [("changed", "ann")]
    assert told() == []


def test_all_that_is_due_for_a_person_is_one_letter() -> None:
    ann = mailed("ann")
    for title in ("One", "Two", "Three"):
        proposal = create_proposal(Status.BLOCKED, proposal=f"idea: {title}")
        assign_proposal(proposal_id=proposal.pk, by=create_user(groups=["Leads"]), to=ann)

    assert send_notices() == 3
    assert [letter.subject for letter in mail.outbox] == ["[fsarsite] Given to you, and 2 more"]


def test_endpoint_gets_a_signed_post_of_what_it_asked_for(hook: Receiver) -> None:
    chosen = endpoint(hook.url, "waits")

    proposal = create_proposal(Status.BLOCKED)
    reject_proposal(**decision_on(proposal), by=create_user(), note=REASON)
    send_notices()

    ((headers, body),) = hook.came
    said = json.loads(body)
    assert said["type"] == "proposal.waits"
    assert said["data"]["report_id"] == proposal.report_id
    assert set(said["data"]) == {"report_id", "effect", "status", "missing", "deadline", "link"}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(chosen.secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_renewed_secret_signs_beside_the_one_before(hook: Receiver) -> None:
    before = endpoint(hook.url)
    after = renew_secret(endpoint_id=before.pk, by=create_user(groups=["Leads"]))
    create_proposal(Status.BLOCKED)

    send_notices()

    headers, _ = hook.came[0]
    assert before.secret != after.secret
    assert len(headers["webhook-signature"].split()) == 2


@pytest.mark.parametrize("status", [302, 400, 500])
def test_post_that_is_not_taken_is_tried_again_later_and_given_up_in_the_end(hook: Receiver, status: int) -> None:
    endpoint(hook.url)
    hook.status = status
    create_proposal(Status.BLOCKED)

    assert [send_notices(), send_notices()] == [0, 0]
    notice = Notice.objects.get()
    assert (notice.attempts, notice.error) == (1, f"it answered {status}")
    assert timezone.now() < notice.next_try_at < timezone.now() + timedelta(seconds=91)

    Notice.objects.update(created_at=timezone.now() - GIVEN_UP_AFTER, next_try_at=timezone.now())
    send_notices()
    assert Notice.objects.get().given_up_at
    hook.status = 200
    resend_notices(notice_ids=[notice.pk], by=create_user(groups=["Leads"]))
    assert send_notices() == 1
    assert len(hook.came) == 3


def test_post_to_a_private_address_is_refused_before_it_connects(hook: Receiver, settings: Settings) -> None:
    settings.NOTICES_TO_PRIVATE_ADDRESSES = False
    endpoint(hook.url.replace("127.0.0.1", "localhost"))
    create_proposal(Status.BLOCKED)

    send_notices()

    assert hook.came == []
    assert Notice.objects.get().error == "its host is not a public address"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
    ],
)
def test_is_outside_tells_the_public_internet(address: str, expected: bool) -> None:
    assert is_outside(address) is expected


def test_mail_server_that_is_down_loses_nothing(blocked: Proposal, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    watch_proposal(proposal_id=blocked.pk, by=mailed("ann"))
    reject_proposal(**decision_on(blocked), by=create_user(), note=REASON)

    assert send_notices() == 0
    assert Notice.objects.get().error == "the mail server did not take it: ConnectionRefusedError"


def test_purge_forgets_only_what_ended_long_ago(blocked: Proposal) -> None:
    old, now = timezone.now() - timedelta(days=91), timezone.now()
    for sent_at, created_at in ((old, old), (None, old), (now, now)):
        notice = Notice.objects.create(kind="waits", proposal=blocked, about={}, next_try_at=now, sent_at=sent_at)
        Notice.objects.filter(pk=notice.pk).update(created_at=created_at)

    assert purge_notices() == 1
    assert sorted(Notice.objects.values_list("sent_at", flat=True), key=bool) == [None, now]


def at(proposal: Proposal, **times: float) -> None:
    """Set times, in hours from now."""
    Proposal.objects.filter(pk=proposal.pk).update(
        **{name: timezone.now() + timedelta(hours=hours) for name, hours in times.items()}
    )


@pytest.fixture
def people() -> None:
    mailed("ann")
    mailed("lead", "Leads")
    mailed("viewer", "Viewers")


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        pytest.param({"status_changed_at": -1, "due_at": 23}, set(), id="early"),
        pytest.param(
            {"status_changed_at": -13, "due_at": 11}, {("reminder", "ann"), ("reminder", "lead")}, id="half-time"
        ),
        pytest.param({"status_changed_at": -25, "due_at": -1}, {("overdue", "lead")}, id="overdue"),
        pytest.param(
            {"status_changed_at": -1, "due_at": 23, "expires_at": 23.5},
            {("expiring", "ann"), ("expiring", "lead")},
            id="ends-soon",
        ),
    ],
)
def test_remind_tells_each_deadline_once(
    blocked: Proposal, people: None, times: dict[str, float], expected: set[tuple[str, str]]
) -> None:
    at(blocked, **times)

    counts = [remind(), remind()]

    assert set(told()) == expected
    assert counts == [bool(expected), 0]
    blocked.refresh_from_db()
    assert blocked.status == Status.BLOCKED
    assert blocked.events.filter(name="escalated").exists() == ("overdue" in dict(expected))


def test_remind_tells_only_who_claimed_it_and_again_after_the_deadline_moved(blocked: Proposal, people: None) -> None:
    lead, ann = User.objects.get(username="lead"), User.objects.get(username="ann")
    assign_proposal(proposal_id=blocked.pk, by=lead, to=ann)
    Notice.objects.all().delete()
    at(blocked, status_changed_at=-13, due_at=11)
    remind()
    set_due(proposal_id=blocked.pk, by=lead, due_at=timezone.now() + timedelta(hours=12))

    remind()

    assert told() == [("reminder", "ann"), ("reminder", "ann")]


def test_remind_of_a_later_review_that_is_overdue_goes_to_other_leads_once(blocked: Proposal, people: None) -> None:
    breaker = mailed("breaker", "Leads")
    breaker.otp_device = TOTPDevice(user=breaker)  # type: ignore[attr-defined]
    break_glass(**decision_on(blocked), by=breaker, note=REASON)
    LaterReview.objects.update(due_at=timezone.now())
    Notice.objects.all().delete()

    assert [remind(), remind()] == [1, 0]
    assert told() == [("review_owed", "lead")]


def form(**change: Any) -> dict[str, Any]:
    return {"name": "chat", "url": "https://example.com/hook", "kinds": ["waits"], "is_active": "on"} | change


def test_lead_makes_an_endpoint_and_sees_its_secret_and_others_do_not() -> None:
    lead, pages = log_in(create_user(groups=["Leads"])), "/admin/proposals/noticeendpoint/"

    lead.post(f"{pages}add/", form())
    made = NoticeEndpoint.objects.get()
    page = f"{pages}{made.pk}/change/"

    assert made.created_by is not None
    assert made.secret in lead.get(page).content.decode()
    assert made.secret not in log_in().get(page).content.decode()
    assert made.secret not in lead.get(pages).content.decode()
    lead.post(f"{pages}{made.pk}/renew/")
    assert NoticeEndpoint.objects.get().previous_key == made.key


@pytest.mark.parametrize("url", ["ftp://example.com/", "https://me:word@example.com/", "javascript:alert(1)", ""])
def test_endpoint_with_a_bad_address_is_a_form_error(url: str) -> None:
    answer = log_in(create_user(groups=["Leads"])).post("/admin/proposals/noticeendpoint/add/", form(url=url))

    assert answer.status_code == 200
    assert not NoticeEndpoint.objects.exists()


def test_my_notices_shows_what_i_watch_and_switches_mail_off(blocked: Proposal) -> None:
    ann = mailed("ann")
    watch_proposal(proposal_id=blocked.pk, by=ann)
    client, page = log_in(ann), "/admin/proposals/notice/mine/"

    assert blocked.title in client.get(page).content.decode()
    client.post(page, {})

    ann.refresh_from_db()
    assert not ann.wants_mail


def test_outbox_shows_what_failed_and_sends_it_again(hook: Receiver) -> None:
    endpoint(hook.url)
    create_proposal(Status.BLOCKED)
    Notice.objects.update(given_up_at=timezone.now(), error="it answered 500")
    lead, pages = log_in(create_user(groups=["Leads"])), "/admin/proposals/notice/"

    assert "given up" in lead.get(pages).content.decode()
    lead.post(pages, {"action": "send_again", "_selected_action": [Notice.objects.get().pk]})

    assert send_notices() == 1
