"""Logging in at the admin: lockout, second factor, limits of a session, and what is told afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from proposals.models import Decision, User
from proposals.services import NotAllowed, approve_proposal
from proposals.states import Status
from tests.factories import approval_of, create_proposal, create_user
from tests.factories.browsers import decision_form, log_in, review_url
from tests.factories.clients import create_client, post_report
from tests.factories.reports import create_report

pytestmark = pytest.mark.django_db
LOGIN, HOME, FACTOR = "/admin/login/?next=/admin/", "/admin/", "/admin/second-factor/"


def enter(client: Client, user: User, password: str = "pw", code: str = "", **headers: Any) -> Any:
    typed = {"username": user.username, "password": password, "code": code}
    return client.post(LOGIN, typed, follow=True, **headers)


def code_of(user: User) -> str:
    """What the person's app shows now; the last one is forgotten, so that a test need not wait for the next."""
    TOTPDevice.objects.filter(user=user).update(last_t=-1, throttling_failure_count=0)
    device = TOTPDevice.objects.get(user=user)
    return f"{totp(device.bin_key):06}"


def set_up_factor(client: Client, user: User) -> list[str]:
    """By the page; the recovery codes."""
    client.post(FACTOR, {"action": "begin"})
    codes: list[str] = client.post(FACTOR, {"action": "confirm", "code": code_of(user)}).context["codes"]
    return codes


@pytest.fixture
def locking(settings: Any) -> None:
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = 3


@pytest.mark.usefixtures("locking")
@pytest.mark.parametrize("by", ["name", "address"])
def test_login_that_failed_too_often_is_locked_until_it_cooled_off(by: str) -> None:
    users = [create_user(), create_user()]
    tried = [users[0] if by == "name" else create_user() for _ in range(3)]
    places = [f"10.0.0.{place if by == 'name' else 1}" for place in range(3)]

    answers = [enter(Client(), user, "no", REMOTE_ADDR=place) for user, place in zip(tried, places, strict=True)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "900"
    assert "locked for 15 minutes" in answers[2].content.decode()
    mine = {"REMOTE_ADDR": "10.0.0.9"} if by == "name" else {"REMOTE_ADDR": "10.0.0.1"}
    assert enter(Client(), users[0], **mine).status_code == 429
    assert enter(Client(), users[1], REMOTE_ADDR="10.0.0.10").wsgi_request.user == users[1]
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert enter(Client(), users[0], **mine).wsgi_request.user == users[0]


@pytest.mark.usefixtures("locking")
def test_login_tells_when_the_last_one_was_and_what_failed_since() -> None:
    user = create_user()
    first = enter(Client(), user)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        enter(Client(), user, "no", REMOTE_ADDR="10.0.0.7")
        page = enter(Client(), user).content.decode()

    assert "This is the first login of this account." in first.content.decode()
    assert "Last login: " in page
    assert ", from 127.0.0.1. 1 failed login since." in page


@pytest.mark.usefixtures("locking")
def test_tokens_of_services_go_on_while_logins_are_locked() -> None:
    robot = create_user(groups=["Producers"], kind="service")
    for _ in range(4):
        enter(Client(), robot, "no")

    assert post_report(create_client(robot), create_report()).status_code == 201


def test_second_factor_is_set_up_asked_for_and_replaced_by_a_recovery_code_once() -> None:
    user = create_user()
    client = log_in(user)

    begun = client.post(FACTOR, {"action": "begin"}, follow=True).content.decode()
    wrong = client.post(FACTOR, {"action": "confirm", "code": "000000"}, follow=True).content.decode()
    codes = client.post(FACTOR, {"action": "confirm", "code": code_of(user)}).context["codes"]

    assert "<svg" in begun
    assert "Nothing was changed: this is not a code of now" in wrong
    assert len(set(codes)) == 10
    assert codes[0] not in client.get(FACTOR).content.decode()
    refused = [enter(Client(), user), enter(Client(), user, code="123")]
    assert "This account has a second factor." in refused[0].content.decode()
    assert "This is not a code of now" in refused[1].content.decode()
    assert not any(answer.wsgi_request.user.is_authenticated for answer in refused)
    assert enter(Client(), user, code=code_of(user)).wsgi_request.user.has_given_second_factor
    StaticDevice.objects.update(throttling_failure_count=0)  # it pauses for a second after each wrong code
    entered = [enter(Client(), user, code=codes[0]).wsgi_request.user.is_authenticated for _ in range(2)]
    assert entered == [True, False]
    assert LogEntry.objects.filter(object_id=user.pk, change_message="Set up a second factor.").count() == 1


def test_second_factor_is_removed_and_its_codes_are_renewed_with_a_code_only() -> None:
    user = create_user()
    client = log_in(user)
    old = set_up_factor(client, user)

    stubborn = [
        client.post(FACTOR, {"action": name, "code": "1"}, follow=True) for name in ("remove", "renew", "begin")
    ]
    new = client.post(FACTOR, {"action": "renew", "code": code_of(user)}).context["codes"]

    assert all("Nothing was changed" in answer.content.decode() for answer in stubborn)
    assert not set(new) & set(old)
    client.post(FACTOR, {"action": "remove", "code": code_of(user)})
    assert enter(Client(), user).wsgi_request.user.is_authenticated


def test_approval_without_a_required_second_factor_is_refused_and_with_it_goes_through(settings: Any) -> None:
    settings.APPROVERS_NEED_SECOND_FACTOR = True
    proposal, user = create_proposal(Status.NEEDS_MITIGATION), create_user()
    client = log_in(user)

    with pytest.raises(NotAllowed, match="approving needs a second factor"):
        approve_proposal(**approval_of(proposal), by=user, note="By a token, say.")
    page = client.get(review_url(proposal)).content.decode()
    refused = client.post(review_url(proposal), decision_form(proposal, "approve"))
    set_up_factor(client, user)
    done = client.post(review_url(proposal), decision_form(proposal, "approve"))

    assert "Approving needs a second factor" in page
    assert refused.status_code == 409
    assert "set one up in the admin" in refused.content.decode()
    assert done.status_code == 302
    assert Decision.objects.get().by == user


@pytest.mark.parametrize(("hours", "idle", "steps", "is_in"), [
    (12, 60, [50, 50, 50], True),
    (12, 60, [61], False),
    (1, 60, [40, 40], False),
    (0, 0, [10_000], True),
])  # fmt: skip
def test_session_ends_when_it_is_old_or_idle(
    settings: Any, hours: int, idle: int, steps: list[int], is_in: bool
) -> None:
    settings.SESSION_HOURS, settings.SESSION_IDLE_MINUTES = hours, idle
    client, now = log_in(), timezone.now()
    client.get(HOME)

    for minutes in steps:
        now += timedelta(minutes=minutes)
        with time_machine.travel(now):
            answer = client.get(HOME, follow=True)

    assert answer.wsgi_request.user.is_authenticated is is_in
    assert ("You were logged out" in answer.content.decode()) is not is_in


def test_session_is_not_kept_alive_by_a_page_that_refreshes_itself(settings: Any) -> None:
    settings.SESSION_HOURS, settings.SESSION_IDLE_MINUTES = 12, 60
    client, now = log_in(), timezone.now()
    client.get(HOME)

    for minutes in (40, 80):
        with time_machine.travel(now + timedelta(minutes=minutes)):
            answer = client.get("/admin/execution/executiontask/live/", headers={"Sec-Fetch-Dest": "empty"})

    assert answer.status_code == 403


def test_login_page_of_somebody_behind_the_proxy_is_counted_by_their_address(settings: Any) -> None:
    settings.AXES_ENABLED, settings.AXES_FAILURE_LIMIT = True, 2
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    users = [create_user() for _ in range(3)]

    def enter_from(user: User, address: str, password: str = "pw") -> int:
        return int(enter(Client(), user, password, headers={"X-Forwarded-For": f"1.1.1.1, {address}"}).status_code)

    tried = [enter_from(user, "10.0.0.1", "no") for user in users[:2]]

    assert tried == [200, 429]
    assert (enter_from(users[2], "10.0.0.1"), enter_from(users[2], "10.0.0.2")) == (429, 200)
