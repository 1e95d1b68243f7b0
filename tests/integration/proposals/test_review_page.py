"""The first screen of the review page, and what is new since one last looked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from proposals.admin.first_screen import fates_of_producer
from proposals.models import Look, Proposal
from proposals.services import claim_proposal, record_look, service_account, waive_finding
from proposals.states import Status
from tests.factories import create_proposal, create_user, file_proposal
from tests.factories.browsers import log_in, post_estimate, review_url

pytestmark = pytest.mark.django_db

DROP = "DROP TABLE customers;\nUPDATE seeds SET price = 0;"


def first_screen(page: str) -> str:
    return page.split('aria-label="What it is about"')[1].split('aria-label="Decide"', maxsplit=1)[0]


def test_first_screen_says_what_where_and_whose_it_is() -> None:
    for status in (Status.EXECUTED, Status.FAILED, Status.FAILED, Status.ROLLED_BACK, Status.REJECTED):
        create_proposal(status)
    proposal = create_proposal(proposal=file_proposal("shop/cleanup.sql", DROP))

    said = " ".join(first_screen(log_in().get(review_url(proposal)).content.decode()).split())

    assert "The target database" in said
    assert "Cannot be undone." in said
    assert "Read from the text, not proven" in said
    assert 'DROP TABLE customers <a href="#file-L1">line 1</a>' in said
    assert "test-agent (Service)" in said
    assert "Of its last 5 that came to an end: 1 executed, 2 failed, 1 rolled back, 1 rejected." in said


def test_everything_else_is_folded_and_works_without_scripts() -> None:
    page = log_in().get(review_url(create_proposal(proposal=file_proposal("a.sql", DROP)))).content.decode()

    below = page.split('aria-label="Decide"')[1]
    for title in ("File <code>a.sql", "Findings", "The report as received", "History"):
        assert title in below
    assert 'fs-card" open' not in below
    assert " open>" not in below.split("</main>")[0]


def test_sql_is_shown_by_statement() -> None:
    page = log_in().get(review_url(create_proposal(proposal=file_proposal("a.sql", DROP)))).content.decode()

    assert page.index("drop table customers</div>") < page.index('id="file-L1"') < page.index("update seeds</div>")


def test_fates_are_those_of_the_last_ten_of_the_same_producer() -> None:
    other = service_account("other-agent")
    create_proposal(Status.EXECUTED, by=other)
    create_proposal(Status.FAILED)
    for number in range(10):
        create_proposal(Status.REJECTED, proposal=f"self_improvement: Plan {number}.")
    create_proposal(Status.BLOCKED, proposal="self_improvement: One that still waits.")
    proposal = create_proposal(proposal="self_improvement: Now this.")

    with CaptureQueriesContext(connection) as queries:
        fates = fates_of_producer(proposal)

    assert fates == [(10, Status.REJECTED)]
    assert len(queries) == 1


def test_fates_are_found_by_an_index() -> None:
    proposal = create_proposal()
    with CaptureQueriesContext(connection) as queries:
        fates_of_producer(proposal)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "proposal_by_producer" in plan


def test_first_look_has_no_news_and_a_second_tells_what_others_did() -> None:
    proposal, client = create_proposal(), log_in()

    first = client.get(review_url(proposal)).content.decode()
    claim_proposal(proposal_id=proposal.pk, by=create_user("ann-claims"))
    second = client.get(review_url(proposal)).content.decode()
    third = client.get(review_url(proposal)).content.decode()

    assert "New since you last looked" not in first
    assert "New since you last looked" in second
    assert "Claimed by ann-claims" in second
    assert second.index("Claimed by ann-claims") < second.index("What changes")
    assert "New since you last looked" not in third


def test_what_one_did_oneself_is_no_news() -> None:
    proposal, operator = create_proposal(), create_user()
    client = log_in(operator)
    client.get(review_url(proposal))

    claim_proposal(proposal_id=proposal.pk, by=operator)

    assert "New since you last looked" not in client.get(review_url(proposal)).content.decode()


@pytest.mark.parametrize("estimates_first", [True, False])
def test_new_assessment_is_told_with_its_differences(estimates_first: bool) -> None:
    lead = create_user(groups=["Leads"])
    proposal = create_proposal(proposal=file_proposal("shop/cleanup.sql", DROP))
    client = log_in()
    client.get(review_url(proposal))
    if estimates_first:
        post_estimate(client, proposal)
    in_a_week = timezone.now() + timedelta(days=7)
    finding = proposal.assessment.findings.get(rule_id="danger/sql-drop")

    waive_finding(proposal_id=proposal.pk, finding_id=finding.pk, by=lead, reason="It is empty.", ends_at=in_a_week)
    page = client.get(review_url(proposal)).content.decode()

    assert "It was assessed again." in page
    assert "Gone or waived: danger/sql-drop." in page
    was, now = proposal.assessment, Proposal.objects.get(pk=proposal.pk).assessment
    assert (f"Severity: {was.severity} → {now.severity}." in page) == (estimates_first and was.severity != now.severity)


def test_look_is_one_row_for_each_person_and_takes_one_statement() -> None:
    proposal, ann = create_proposal(), create_user()
    event = proposal.events.latest("id").pk

    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            record_look(proposal_id=proposal.pk, by=ann, assessment_id=proposal.assessment_id, event_id=event)
        assert [each["sql"].split(" ")[0] for each in queries if "INSERT" in each["sql"]] == ["INSERT"]
    record_look(proposal_id=proposal.pk, by=create_user(), assessment_id=None, event_id=None)

    assert Look.objects.count() == 2
