"""The admin's pages of API keys."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proposals.models import ApiKey, User
from proposals.services.keys import find_key, issue_key
from tests.factories import create_user
from tests.factories.browsers import log_in

pytestmark = pytest.mark.django_db
LIST = "/admin/proposals/apikey/"
GIVEN = {"name": "CI", "scopes": ["proposals:read"], "days": 9, "rate_per_minute": 60}


@pytest.fixture
def agent() -> User:
    return create_user("agent", kind="service")


def _key(user: User, name: str = "CI") -> ApiKey:
    return issue_key(user=user, name=name, scopes=["proposals:read"], by=None).key


def _shown(answer: Any) -> str:
    return str(answer.context["secret"])


def test_new_key_is_shown_once_and_on_no_other_page(ada: User) -> None:
    browser = log_in(ada)

    answer = browser.post(f"{LIST}add/", GIVEN | {"user": ada.pk})

    key = find_key(_shown(answer))
    assert key is not None
    assert (key.user, key.created_by, key.rate_per_minute) == (ada, ada, 60)
    assert "no-store" in answer["Cache-Control"]
    assert answer.content.decode().count(_shown(answer)) == 1
    for page in (LIST, f"{LIST}{key.pk}/change/"):
        assert _shown(answer).rpartition("_")[2] not in browser.get(page).content.decode()


def test_form_says_what_is_wrong_and_makes_nothing(ada: User) -> None:
    answer = log_in(ada).post(f"{LIST}add/", GIVEN | {"user": ada.pk, "days": 900, "scopes": []})

    assert set(answer.context["form"].errors) == {"days", "scopes"}
    assert not ApiKey.objects.exists()


def test_form_offers_oneself_and_to_leads_the_services(ada: User, lead: User, agent: User) -> None:
    offered = [
        [str(account) for account in log_in(user).get(f"{LIST}add/").context["form"].fields["user"].queryset]
        for user in (ada, lead)
    ]

    assert offered == [["ada"], ["agent", "lead"]]


def test_refusal_is_told_above_the_form(lead: User, agent: User) -> None:
    answer = log_in(lead).post(f"{LIST}add/", GIVEN | {"user": agent.pk, "scopes": ["proposals:decide"]})

    assert "never decide" in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_list_shows_one_s_own_and_to_leads_and_auditors_all(ada: User, lead: User, agent: User) -> None:
    mine, theirs = _key(ada), _key(agent)
    auditor = create_user(groups=["Auditors"])

    seen = [set(log_in(user).get(LIST).context["cl"].queryset) for user in (ada, lead, auditor)]

    assert seen == [{mine}, {mine, theirs}, {mine, theirs}]
    assert log_in(ada).get(f"{LIST}{theirs.pk}/change/")["Location"] == "/admin/"


def test_list_of_many_asks_as_often_as_of_few(lead: User, agent: User) -> None:
    browser, asked = log_in(lead), []
    for count in (2, 10):
        for _ in range(count):
            _key(agent)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            browser.get(LIST)
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_rotating_shows_the_successor(lead: User, agent: User) -> None:
    old = _key(agent)

    answer = log_in(lead).post(f"{LIST}{old.pk}/rotate/", {"overlap_days": 3})

    fresh = find_key(_shown(answer))
    assert fresh is not None
    assert fresh.replaces == old
    assert "has replaced it" in log_in(lead).get(f"{LIST}{old.pk}/change/").content.decode()


@pytest.mark.parametrize("days", ["", "-1", "31", "x", "9" * 30])
def test_rotating_wants_a_number_of_days(lead: User, agent: User, days: str) -> None:
    old = _key(agent)

    answer = log_in(lead).post(f"{LIST}{old.pk}/rotate/", {"overlap_days": days}, follow=True)

    assert "0 to 30 days" in answer.content.decode()
    assert ApiKey.objects.count() == 1


def test_revoked_key_says_who_revoked_it(lead: User, agent: User) -> None:
    key = _key(agent)

    log_in(lead).post(f"{LIST}{key.pk}/revoke/")

    page = log_in(lead).get(f"{LIST}{key.pk}/change/").content.decode()
    assert "Revoked" in page
    assert "Make its successor" not in page
    assert list(log_in(lead).get(f"{LIST}?standing=ended").context["cl"].queryset) == [key]
    assert not log_in(lead).get(f"{LIST}?standing=live").context["cl"].queryset


def test_hostile_name_is_text(ada: User) -> None:
    key = _key(ada, "<script>alert(1)</script>")

    for page in (LIST, f"{LIST}{key.pk}/change/"):
        assert "<script>alert(1)" not in log_in(ada).get(page).content.decode()
