"""Views of the queue under a name: who sees, makes and changes them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from proposals.models import SavedView, User
from proposals.services.saved_views import (
    KNOWN_PARAMETERS,
    MOST_VIEWS,
    ViewRefused,
    delete_view,
    normalise_query,
    rename_view,
    save_view,
)
from tests.factories import create_proposal, create_user
from tests.factories.browsers import log_in

pytestmark = pytest.mark.django_db
LIST = "/admin/proposals/proposal/"
SAVE = f"{LIST}views/"


def _names(client: Client, query: str = "") -> list[str]:
    return [each["view"].name for each in client.get(f"{LIST}?{query}").context["saved_views"]]


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("", ""),
        ("q=seed&standing=all", "standing=all&q=seed"),
        ("standing=all&p=3&e=1&all=&csrf=x&next=//evil", "standing=all"),
        ("q=&standing=all", "standing=all"),
        ("q=b&q=a&q=b", "q=a&q=b"),
        ("q=a%00b&standing=all", "standing=all"),
        ("q=%3Cb%3E%26x%3D1", "q=%3Cb%3E%26x%3D1"),
        ("?;%%%&&&=", ""),
    ],
)
def test_normalise_query_keeps_what_is_known_in_one_order(query: str, kept: str) -> None:
    assert normalise_query(query) == kept
    assert normalise_query(kept) == kept


@pytest.mark.parametrize("query", ["q=" + "x" * 1000, "&".join(["q=1"] * 200)])
def test_normalise_query_refuses_what_is_too_long(query: str) -> None:
    with pytest.raises(ViewRefused):
        normalise_query(query)


def test_known_parameters_are_all_that_the_list_takes(ada: User) -> None:
    query = "standing=all&group=1&estimated=1.any.all"
    cl = log_in(ada).get(f"{LIST}?{query}").context["cl"]

    taken = {name for spec in cl.filter_specs for name in spec.expected_parameters()}

    assert taken - set(KNOWN_PARAMETERS) == set()
    assert set(KNOWN_PARAMETERS) - taken <= {"q", "o", "group"}


def test_view_is_saved_shown_and_opened(ada: User) -> None:
    create_proposal()
    client = log_in(ada)

    led = client.post(SAVE, {"name": "  My   plans ", "query": "standing=all&band__exact=block&p=2"}, follow=True)

    view = SavedView.objects.get()
    assert (view.name, view.owner, view.is_shared) == ("My plans", ada, False)
    assert led.redirect_chain == [(f"{LIST}?standing=all&band__exact=block", 302)]
    assert "View saved." in led.content.decode()
    (chip,) = led.context["saved_views"]
    assert chip["is_shown"]
    assert 'href="?standing=all&amp;band__exact=block" aria-current="page"' in led.content.decode()


def test_view_of_the_usual_tab_keeps_its_name(ada: User) -> None:
    assert log_in(ada).get(f"{LIST}?q=a").context["shown_query"] == "standing=mine&q=a"


def test_people_see_their_own_views_and_shared_ones(ada: User, lead: User) -> None:
    save_view(owner=ada, name="Hers", query="q=a")
    save_view(owner=lead, name="For all", query="q=b", is_shared=True)
    save_view(owner=lead, name="The lead's", query="q=c")

    assert _names(log_in(ada)) == ["Hers", "For all"]
    assert _names(log_in(lead)) == ["The lead's", "For all"]
    assert _names(log_in(create_user(groups=["Viewers"]))) == ["For all"]


def test_only_those_who_may_share(ada: User, lead: User) -> None:
    client = log_in(ada)

    refused = client.post(SAVE, {"name": "x", "query": "", "is_shared": "1"}, follow=True)
    log_in(lead).post(SAVE, {"name": "y", "query": "", "is_shared": "1"})

    assert "you may not share views" in refused.content.decode()
    assert "Share with all" not in client.get(LIST).content.decode()
    assert [(view.name, view.is_shared) for view in SavedView.objects.all()] == [("y", True)]


def test_own_view_is_renamed_and_deleted(ada: User) -> None:
    view = save_view(owner=ada, name="Old", query="q=a")
    client = log_in(ada)

    led = client.post(f"{SAVE}{view.pk}/", {"do": "rename", "name": "New", "query": "q=z"})
    view.refresh_from_db()
    client.post(f"{SAVE}{view.pk}/", {"do": "delete"})

    assert led["Location"] == f"{LIST}?q=z"
    assert view.name == "New"
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("do", ["rename", "delete", "", "share"])
@pytest.mark.parametrize("is_shared", [True, False])
def test_view_of_another_stays(ada: User, lead: User, do: str, is_shared: bool) -> None:
    view = save_view(owner=lead, name="Old", query="q=a", is_shared=is_shared)

    answer = log_in(ada).post(f"{SAVE}{view.pk}/", {"do": do, "name": "New"}, follow=True)

    view.refresh_from_db()
    assert view.name == "Old"
    assert "Nothing was changed" in answer.content.decode()


def test_lead_deletes_what_another_shared_and_nothing_else(ada: User, lead: User) -> None:
    other = create_user(groups=["Leads"])
    shared = save_view(owner=other, name="Shared", query="", is_shared=True)
    own = save_view(owner=ada, name="Own", query="")

    with pytest.raises(ViewRefused, match="no such view"):
        rename_view(view_id=shared.pk, by=lead, name="Mine")
    with pytest.raises(ViewRefused, match="no such view"):
        delete_view(view_id=own.pk, by=lead)
    delete_view(view_id=shared.pk, by=lead)

    assert [view.name for view in SavedView.objects.all()] == ["Own"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b"])
def test_name_of_a_view_has_1_to_60_characters(ada: User, name: str) -> None:
    answer = log_in(ada).post(SAVE, {"name": name, "query": ""}, follow=True)

    assert "give a name of 1 to 60 characters" in answer.content.decode()
    assert not SavedView.objects.exists()


def test_name_is_used_once_by_each_person(ada: User, lead: User) -> None:
    first = save_view(owner=ada, name="Plans", query="")
    second = save_view(owner=ada, name="Files", query="")
    save_view(owner=lead, name="Plans", query="")

    for act in (
        lambda: save_view(owner=ada, name="Plans", query="q=1"),
        lambda: rename_view(view_id=second.pk, by=ada, name=first.name),
    ):
        with pytest.raises(ViewRefused, match="already"):
            act()

    rename_view(view_id=first.pk, by=ada, name="Plans")


def test_person_keeps_so_many_views(ada: User) -> None:
    SavedView.objects.bulk_create(SavedView(owner=ada, name=str(number)) for number in range(MOST_VIEWS))

    with pytest.raises(ViewRefused, match="delete one first"):
        save_view(owner=ada, name="One more", query="")


@pytest.mark.parametrize(("groups", "kind"), [((), "person"), (("Leads",), "service"), (("Leads",), "model")])
def test_views_are_for_people_who_see_proposals(groups: tuple[str, ...], kind: str) -> None:
    with pytest.raises(ViewRefused):
        save_view(owner=create_user(groups=groups, kind=kind), name="x", query="")


def test_views_are_changed_by_post_with_a_token_alone(ada: User) -> None:
    view = save_view(owner=ada, name="Plans", query="")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)

    answers = [log_in(ada).get(SAVE), log_in(ada).get(f"{SAVE}{view.pk}/")]
    forged = [strict.post(SAVE, {"name": "x"}), strict.post(f"{SAVE}{view.pk}/", {"do": "delete"})]

    assert [each.status_code for each in answers] == [405, 405]
    assert [each.status_code for each in forged] == [403, 403]
    assert SavedView.objects.count() == 1


def test_hostile_names_are_shown_harmlessly(ada: User, lead: User) -> None:
    save_view(owner=lead, name='<script>alert(1)</script>"\u202e', query="q=%22%3E%3Cb%3E", is_shared=True)
    save_view(owner=ada, name="<img src=x onerror=alert(2)>", query="")

    page = log_in(ada).get(LIST).content.decode()

    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert '"><b>' not in page


def test_list_takes_as_many_queries_for_many_views(ada: User, lead: User) -> None:
    client = log_in(ada)
    client.get(LIST)
    with CaptureQueriesContext(connection) as none:
        client.get(LIST)
    for number in range(5):
        save_view(owner=lead, name=str(number), query="", is_shared=True)

    with CaptureQueriesContext(connection) as many:
        client.get(LIST)

    assert len(many) == len(none)


@pytest.mark.django_db(transaction=True)
def test_two_views_of_one_name_at_once_are_one(ada: User) -> None:
    def save(query: str) -> Any:
        try:
            return save_view(owner=ada, name="Plans", query=query)
        except ViewRefused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(save, ["q=1", "q=2"]))

    assert sorted(type(each).__name__ for each in found) == ["SavedView", "ViewRefused"]
    assert SavedView.objects.count() == 1
