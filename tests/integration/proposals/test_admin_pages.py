"""Every page of the admin answers, for those who may look and for those who may act."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from proposals.admin.columns import deadline_in_words
from proposals.models import Opportunity, PolicyVersion, Proposal, User
from proposals.services import service_account
from proposals.states import Status
from tests.factories import create_proposal, create_user, file_proposal
from tests.factories.browsers import log_in, post_estimate, review_url

pytestmark = pytest.mark.django_db

LISTS = [
    "admin:index",
    "admin:proposals_proposal_changelist",
    "admin:proposals_policyversion_changelist",
    "admin:proposals_opportunity_changelist",
]
QUEUE = "/admin/proposals/proposal/"


@pytest.mark.parametrize("group", ["Viewers", "Operators", "Leads"])
@pytest.mark.parametrize("name", LISTS)
def test_admin_pages_answer_everyone_who_may_look(name: str, group: str) -> None:
    create_proposal()

    answer = log_in(create_user(groups=[group])).get(reverse(name))

    assert answer.status_code == 200


@pytest.mark.parametrize("status", [status for status in Status if status not in {"received", "duplicate", "expired"}])
def test_review_page_answers_in_every_status(status: Status) -> None:
    proposal = create_proposal(status)

    operator, viewer = (
        log_in().get(review_url(proposal)),
        log_in(create_user(groups=["Viewers"])).get(review_url(proposal)),
    )

    assert (operator.status_code, viewer.status_code) == (200, 200)


def test_review_page_says_what_matters_first() -> None:
    proposal = create_proposal(proposal=file_proposal("shop/cleanup.sql", "DROP TABLE customers;"))

    client = log_in()
    post_estimate(client, proposal)

    page = client.get(review_url(proposal)).content.decode()

    judged = proposal.assessment
    assert judged is not None
    for said in (judged.effect, judged.worst_case, judged.way_back, judged.decided_by, "Seed Shop", "test-agent"):
        assert said.replace("'", "&#x27;") in page
    assert page.index("What changes") < page.index('value="approve"') < page.index("Findings")
    assert f'value="{proposal.content_hash}"' in page


def test_review_page_puts_findings_beside_their_lines() -> None:
    proposal = create_proposal(Status.RETURNED, proposal=file_proposal("a.sql", "SELECT 1;\nSELEKT 2;"))

    page = log_in().get(review_url(proposal)).content.decode()

    assert 'href="#file-L2"' in page
    assert 'class="fs-line fs-flag-error" id="file-L2"' in page


def test_review_page_of_a_viewer_has_no_live_button() -> None:
    proposal = create_proposal()

    page = log_in(create_user(groups=["Viewers"])).get(review_url(proposal)).content.decode()

    assert page.count("disabled title=") == 3
    assert "You may look; Operators decide." in page


def test_review_page_without_the_view_permission_is_refused() -> None:
    proposal = create_proposal()

    answer = log_in(create_user(groups=[])).get(review_url(proposal))

    assert answer.status_code == 403


def test_review_page_of_nobody_asks_for_a_login() -> None:
    answer = Client().get(review_url(create_proposal()))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("object_id", ["999999", "abc", "1%2F2", "9" * 40, "٣"])
def test_review_page_of_no_proposal_leads_home(object_id: str) -> None:
    answer = log_in().get(f"{QUEUE}{object_id}/change/")

    assert answer.status_code == 302
    assert answer["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"blocked", "mitigate"}),
        ("standing=returned", {"returned"}),
        ("standing=decided", {"rejected"}),
        ("standing=all", {"blocked", "mitigate", "returned", "rejected"}),
        ("standing=blocked", {"blocked"}),
        ("standing=nonsense", {"blocked", "mitigate"}),
        ("band__exact=block", {"blocked"}),
        ("claim=mine", set()),
        ("q=needle", {"blocked"}),
        ("q=%3Cscript%3E", set()),
    ],
)
def test_queue_shows_what_was_asked_for(query: str, expected: set[str]) -> None:
    made = {
        "blocked": create_proposal(proposal="self_improvement: A needle in here."),
        "mitigate": create_proposal(Status.NEEDS_MITIGATION),
        "returned": create_proposal(Status.RETURNED),
        "rejected": create_proposal(Status.REJECTED),
    }

    page = log_in().get(f"{QUEUE}?{query}")

    shown = {row.pk for row in page.context["cl"].result_list}
    assert shown == {made[name].pk for name in expected}


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "band__exact=%00",
        "band__exact=nonsense",
        "opportunity__id__exact=abc",
        "opportunity__id__exact=99999999999999999999",
        "p=999999",
        "o=99.-98",
        "claim=%27",
        "evil__lookup=1",
        "q=" + "x" * 2000,
    ],
)
def test_queue_with_nonsense_in_the_address_never_breaks(query: str) -> None:
    create_proposal()

    assert log_in().get(f"{QUEUE}?{query}").status_code in {200, 302, 400}


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (None, ""),
        (timedelta(days=13, hours=23), "13 days left"),
        (timedelta(days=1, hours=12), "1\xa0day left"),
        (timedelta(seconds=-1), "overdue"),
    ],
)
def test_deadline_in_words_says_how_long_there_is(left: timedelta | None, said: str) -> None:
    deadline = None if left is None else timezone.now() + left + timedelta(seconds=30 if left > timedelta(0) else 0)

    assert deadline_in_words(deadline) == said


def test_queue_is_sorted_worst_first() -> None:
    for proposal in (
        "self_improvement: a",
        file_proposal("a.sql", "DROP TABLE a;"),
        "self_improvement: b [fsar_block]",
    ):
        create_proposal(proposal=proposal)

    rows = log_in().get(QUEUE).context["cl"].result_list

    severities = [row.severity for row in rows]
    assert severities == sorted(severities, reverse=True)


@pytest.mark.parametrize("path", ["delete/", "history/"])
def test_proposals_are_never_deleted(path: str) -> None:
    root = User.objects.create_superuser("root-of-tests", password="pw")
    proposal = create_proposal()

    answer = log_in(root).post(f"{QUEUE}{proposal.pk}/{path}", {"post": "yes"})

    assert answer.status_code in {200, 302, 403}
    proposal.refresh_from_db()
    assert proposal.status == Status.BLOCKED


@pytest.mark.parametrize("form", ["md", "json", "received"])
def test_download_gives_the_report_as_an_attachment(form: str) -> None:
    proposal = create_proposal()

    answer = log_in(create_user(groups=["Viewers"])).get(f"{QUEUE}{proposal.pk}/report.{form}")

    assert answer["Content-Disposition"].startswith(f'attachment; filename="{proposal.report_id}.')
    assert answer["Content-Type"] == "application/octet-stream"
    if form != "json":
        assert answer.content == bytes(proposal.received)


def test_download_of_another_form_is_not_found() -> None:
    assert log_in().get(f"{QUEUE}{create_proposal().pk}/report.exe").status_code == 404


def test_lists_take_as_many_queries_for_twenty_rows_as_for_five(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = log_in()
    urls = (QUEUE, f"{QUEUE}?standing=all", "/admin/")
    create_rows(range(5))
    few = {}
    for url in urls:
        client.get(url)
        with django_assert_num_queries(100, exact=False) as counted:
            client.get(url)
        few[url] = len(counted.captured_queries)

    create_rows(range(5, 20))

    for url in urls:
        assert few[url] <= (28 if url == "/admin/" else 16)  # the home page counts each of its numbers by itself
        with django_assert_num_queries(few[url]):
            client.get(url)


def create_rows(numbers: range) -> None:
    for number in numbers:
        create_proposal(proposal=f"{file_proposal(f'a{number}.txt', 'x', f'Line {number}')}")


def test_review_page_takes_as_many_queries_for_much_history(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client, proposal = log_in(), create_proposal(proposal=file_proposal("a.sql", "SELEKT;" * 1))
    client.get(review_url(proposal))
    with django_assert_num_queries(40, exact=False) as few:
        client.get(review_url(proposal))

    other = create_proposal(proposal=file_proposal("b.sql", "DROP TABLE a;\n" * 40))
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(review_url(other))


def test_dashboard_counts_what_waits() -> None:
    create_proposal()
    create_proposal(Status.NEEDS_MITIGATION)

    page = log_in().get("/admin/")

    tiles = {tile.title: tile.value for tile in page.context["tiles"]}
    assert (tiles["Waiting, blocked"], tiles["Waiting, to mitigate"]) == ("1", "1")
    assert not set(tiles) & {"Decisions overdue", "Later reviews owed", "Notices given up"}


def test_dashboard_draws_what_waits_by_age_and_alarms_of_what_is_overdue() -> None:
    old, risky = create_proposal(), create_proposal(Status.NEEDS_MITIGATION)
    create_proposal(proposal="idea: A younger one. [fsar_block]")
    two_days_ago = timezone.now() - timedelta(days=2)
    Proposal.objects.filter(pk__in=[old.pk, risky.pk]).update(submitted_at=two_days_ago)
    Proposal.objects.filter(pk=old.pk).update(due_at=two_days_ago)

    page = log_in().get("/admin/")

    bars = {bar.age: [(each.band, each.count, each.width) for each in bar.segments] for bar in page.context["ages"]}
    assert bars["under 3 days"] == [("block", 1, 50), ("mitigate", 1, 50)]
    assert bars["under 4 hours"] == [("block", 1, 50)]
    assert 'aria-label="1 block, 1 mitigate"' in page.content.decode()
    tiles = {tile.title: tile.value for tile in page.context["tiles"]}
    assert tiles["Decisions overdue"] == "1"


def test_dashboard_of_someone_without_rights_says_what_to_ask_for() -> None:
    page = log_in(create_user(groups=[])).get("/admin/")

    assert b"Ask an administrator" in page.content


def test_policy_form_adds_a_version() -> None:
    client = log_in(create_user(groups=["Leads"]))
    page = client.get("/admin/proposals/policyversion/edit/")
    typed = page.context["form"].initial | {"block_at": 40, "approvals_block": 2, "note": "Two pairs of eyes."}

    seen = client.post("/admin/proposals/policyversion/edit/", typed).context["rehearsed"]
    answer = client.post("/admin/proposals/policyversion/edit/", typed | {"rehearsed": seen, "save": "1"})

    assert answer.status_code == 302
    rules = PolicyVersion.objects.current().rules
    assert (rules.block_at, rules.approvals["block"]) == (40, 2)


def test_policy_form_keeps_what_was_typed_when_it_is_wrong() -> None:
    client = log_in(create_user(groups=["Leads"]))
    initial = client.get("/admin/proposals/policyversion/edit/").context["form"].initial

    answer = client.post(
        "/admin/proposals/policyversion/edit/", initial | {"block_at": 76, "note": "Beyond what there is."}
    )

    assert b"whole number from 1 to 75" in answer.content
    assert b'value="76"' in answer.content
    assert PolicyVersion.objects.count() == 1


@pytest.mark.parametrize("group", ["Viewers", "Operators"])
def test_policy_form_is_for_leads(group: str) -> None:
    client = log_in(create_user(groups=[group]))

    answer = client.post("/admin/proposals/policyversion/edit/", {"block_at": 75, "note": "Let everything through."})

    assert answer.status_code == 403
    assert PolicyVersion.objects.count() == 1


def test_people_pages_answer_a_superuser_only() -> None:
    root = User.objects.create_superuser("root-of-tests", password="pw")
    urls = [
        "/admin/proposals/user/",
        f"/admin/proposals/user/{root.pk}/change/",
        "/admin/proposals/user/add/",
        "/admin/auth/group/",
    ]

    answers = [(log_in(root).get(url).status_code, log_in().get(url).status_code) for url in urls]

    assert answers == [(200, 403)] * len(urls)


def test_user_admin_makes_a_service() -> None:
    root = User.objects.create_superuser("root-of-tests", password="pw")

    answer = log_in(root).post(
        "/admin/proposals/user/add/",
        {
            "username": "robot",
            "kind": "service",
            "password1": "a-long-word-42",
            "password2": "a-long-word-42",
            "usable_password": "true",
        },
    )

    assert answer.status_code == 302
    assert User.objects.get(username="robot").kind == User.Kind.SERVICE


def test_service_account_at_the_admin_sees_and_cannot_decide() -> None:
    robot = service_account("robot")
    robot.is_staff = robot.is_superuser = True
    robot.save()
    proposal = create_proposal()

    page = log_in(robot).get(review_url(proposal)).content.decode()

    assert "Services and AI models never decide." in page
    assert Opportunity.objects.count() == 0
