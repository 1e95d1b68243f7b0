"""What an assessment stores and shows."""

from __future__ import annotations

import json

import pytest
from pytest_django import DjangoAssertNumQueries

from proposals.models import Assessment
from proposals.services.assessment import assess_content
from proposals.services.policy import save_policy
from proposals.verdicts import stored_verdict
from tests.factories import create_proposal, create_report, create_user, file_proposal
from tests.factories.browsers import log_in, review_url
from tests.factories.clients import PROPOSALS, create_client

pytestmark = pytest.mark.django_db
SQL = "ALTER TABLE seeds ADD COLUMN grams int NOT NULL;"
PLAN = "self_improvement: The `grams` column does not exist in the `seeds` table. Add the `grams` column to it.\x00"


def test_assess_content_again_costs_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    report = create_report(proposal=file_proposal("shop/seeds.sql", SQL))
    first = assess_content(report)

    with django_assert_num_queries(1):
        again = assess_content(report)

    assert again == first


def test_assess_content_under_another_policy_is_another_row() -> None:
    report = create_report(proposal=file_proposal("shop/seeds.sql", SQL))
    first = assess_content(report)
    save_policy(document={"mitigate_at": 2, "block_at": 3}, by=None, note="Stricter for a test.")

    second = assess_content(report)

    assert second.pk != first.pk
    assert (first.outcome, second.outcome) == ("needs_mitigation", "blocked")


@pytest.mark.parametrize("proposal", [file_proposal("shop/seeds.sql", SQL), PLAN])
def test_assessment_stores_what_the_gate_told(proposal: str) -> None:
    judged = create_proposal(proposal=proposal).assessment
    assert judged is not None

    told = stored_verdict(Assessment.objects.get(pk=judged.pk))

    assert told.retrospective.as_dict() == judged.retrospective != {}
    assert told.truth.as_dict() == judged.truth != {}
    assert (told.distance.as_dict() if told.distance else {}) == judged.distance


def test_review_page_looks_back_and_shows_the_notch() -> None:
    save_policy(document={"mitigate_at": 2, "block_at": 12, "auto_execute": False}, by=None, note="Near, for a test.")
    proposal = create_proposal("needs_mitigation", proposal=file_proposal("shop/seeds.sql", SQL))

    page = log_in().get(review_url(proposal)).content.decode()

    assert "seeds.grams is NOT NULL without a default" in page
    assert "The table seeds exists" in page
    assert "One notch from block" in page


def test_review_page_of_an_idea_has_no_empty_section() -> None:
    proposal = create_proposal("cleared", proposal="implement_idea: Implement: Seeds by Subscription")

    page = log_in().get(review_url(proposal)).content.decode()

    assert 'id="retrospective"' not in page
    assert 'id="truth"' not in page


def test_api_gives_the_retrospective_and_the_truth() -> None:
    proposal = create_proposal(proposal=PLAN)
    client = create_client(create_user())

    detail = client.get(f"{PROPOSALS}{proposal.report_id}/").json()["assessment"]
    sarif = client.get(f"{PROPOSALS}{proposal.report_id}/sarif").json()["runs"][0]["properties"]

    assert detail["retrospective"]["wishes"][0]["text"].startswith("That seeds.grams had been added")
    assert detail["truth"]["claims"][0]["half_life_days"] == 7
    assert sarif["truth"] == detail["truth"]
    assert sarif["retrospective"] == detail["retrospective"]


def test_admin_downloads_the_findings_as_sarif() -> None:
    proposal = create_proposal(proposal=PLAN)
    client, url = log_in(), f"/admin/proposals/proposal/{proposal.pk}/report.sarif"

    answer = client.get(url)

    assert answer["Content-Disposition"] == f'attachment; filename="{proposal.report_id}.sarif"'
    run = json.loads(answer.content)["runs"][0]
    assert run["properties"]["reportId"] == proposal.report_id
    assert len(run["results"]) == proposal.assessment.findings.count()  # type: ignore[union-attr]
    assert url in client.get(review_url(proposal)).content.decode()
