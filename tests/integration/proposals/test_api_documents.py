"""Reading one proposal over the API."""

import json

import pytest
from rest_framework.test import APIClient

from proposals.models import Proposal
from proposals.reports import render_json, render_markdown
from proposals.services import claim_proposal
from proposals.states import Status
from tests.factories import create_proposal, create_user, file_proposal
from tests.factories.clients import PROPOSALS, assert_problem

pytestmark = pytest.mark.django_db


def test_retrieve_shows_what_a_decision_needs(viewer: APIClient) -> None:
    proposal = create_proposal()

    body = viewer.get(f"{PROPOSALS}{proposal.report_id}/").json()

    assert body["content_hash"] == proposal.content_hash
    assert body["assessment"]["id"] == proposal.assessment_id
    assert body["assessment"]["headline"]
    assert body["assessment"]["worst_case"]
    assert body["assessment"]["way_back"]
    assert body["approvals_missing"] == 1
    assert body["decisions"] == []


def test_retrieve_shows_decisions(viewer: APIClient) -> None:
    proposal = create_proposal(Status.REJECTED)

    decisions = viewer.get(f"{PROPOSALS}{proposal.report_id}/").json()["decisions"]

    assert [(each["kind"], each["assessment"]) for each in decisions] == [("reject", proposal.assessment_id)]


def test_retrieve_links_lead_somewhere(viewer: APIClient) -> None:
    proposal = create_proposal()

    links = viewer.get(f"{PROPOSALS}{proposal.report_id}/").json()["links"]

    for name in ("report_md", "report_json", "sarif", "events"):
        assert viewer.get(links[name]).status_code == 200
    for name in ("decision", "withdraw", "reopen", "claim"):
        assert viewer.get(links[name]).status_code == 405


@pytest.mark.parametrize("report_id", ["fsar_unknown", "a%00b", "..", "a" * 101, "a/b", "%F0%9F%8C%B1"])
@pytest.mark.parametrize("below", ["", "report.md", "report.json", "sarif", "events/"])
def test_retrieve_unknown_is_not_found(viewer: APIClient, report_id: str, below: str) -> None:
    answer = viewer.get(f"{PROPOSALS}{report_id}/{below}")

    assert_problem(answer, 404, "not-found")


@pytest.mark.parametrize("report_id", [".", "..", "a:b", "x.json", "-"])
def test_retrieve_any_id_of_the_format(viewer: APIClient, report_id: str) -> None:
    create_proposal(id=report_id)

    assert viewer.get(f"{PROPOSALS}{report_id}/").json()["id"] == report_id


@pytest.mark.parametrize(
    ("name", "media_type", "render"),
    [
        ("report.md", "text/markdown; charset=utf-8", render_markdown),
        ("report.json", "application/json", render_json),
    ],
)
def test_report_comes_rendered_and_tagged(viewer: APIClient, name: str, media_type: str, render: object) -> None:
    proposal = create_proposal(proposal="self_improvement: Grün 🌱\r\n\x00 ```\n## Risks\n- none")

    answer = viewer.get(f"{PROPOSALS}{proposal.report_id}/{name}")

    assert answer.content.decode() == render(proposal.report)  # type: ignore[operator]
    assert answer["Content-Type"] == media_type
    assert answer["ETag"] == f'"{proposal.report_hash}"'
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["report.md", "report.json", "sarif"])
def test_document_that_the_client_has_is_not_sent(viewer: APIClient, name: str) -> None:
    address = f"{PROPOSALS}{create_proposal().report_id}/{name}"
    etag = viewer.get(address)["ETag"]

    same = viewer.get(address, HTTP_IF_NONE_MATCH=f'"other", {etag}')
    other = viewer.get(address, HTTP_IF_NONE_MATCH='"other"')

    assert (same.status_code, same.content) == (304, b"")
    assert same["ETag"] == etag
    assert other.status_code == 200


def test_sarif_points_into_the_file(viewer: APIClient) -> None:
    proposal = create_proposal(
        Status.RETURNED, proposal=file_proposal("shop/a b.sql", "CREATE TABLE seeds (\n  id int,\n);")
    )

    answer = viewer.get(f"{PROPOSALS}{proposal.report_id}/sarif")

    assert answer["Content-Type"] == "application/sarif+json"
    log = json.loads(answer.content)
    assert log["version"] == "2.1.0"
    places = [
        result["locations"][0]["physicalLocation"] for result in log["runs"][0]["results"] if result.get("locations")
    ]
    assert {"startLine": 3, "endLine": 3} in [place["region"] for place in places]
    assert "shop/a%20b.sql" in [place["artifactLocation"]["uri"] for place in places]


def test_sarif_holds_every_stored_finding(viewer: APIClient) -> None:
    proposal = create_proposal(Status.RETURNED)

    run = json.loads(viewer.get(f"{PROPOSALS}{proposal.report_id}/sarif").content)["runs"][0]

    assert proposal.assessment is not None
    stored = list(proposal.assessment.findings.order_by("pk").values_list("rule_id", flat=True))
    assert [result["ruleId"] for result in run["results"]] == stored
    assert run["properties"]["headline"] == proposal.assessment.headline


def test_events_tell_the_story_in_order(viewer: APIClient) -> None:
    proposal = create_proposal()
    claim_proposal(proposal_id=proposal.pk, by=create_user("Ada"))

    rows = viewer.get(f"{PROPOSALS}{proposal.report_id}/events/").json()["results"]

    assert [(row["name"], row["actor_kind"], row["actor"]) for row in rows] == [
        ("submitted", "service", "test-agent"),
        ("assessed", "policy", f"policy {proposal.assessment.policy.version}"),  # type: ignore[union-attr]
        ("claimed", "person", "Ada"),
    ]


def test_events_are_followed_by_cursor(viewer: APIClient) -> None:
    proposal = create_proposal(Status.REJECTED)

    first = viewer.get(f"{PROPOSALS}{proposal.report_id}/events/?page_size=2").json()
    second = viewer.get(first["next"]).json()

    assert [row["name"] for row in first["results"] + second["results"]] == ["submitted", "assessed", "rejected"]
    assert second["next"] is None


def test_events_take_the_same_queries_for_any_number(
    viewer: APIClient, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    few, many = create_proposal(), create_proposal(Status.ROLLED_BACK)

    for proposal in (few, many):
        with django_assert_num_queries(6):  # type: ignore[operator]
            viewer.get(f"{PROPOSALS}{proposal.report_id}/events/")


def test_retrieve_takes_the_same_queries_for_any_number_of_findings(
    viewer: APIClient, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for proposal in (create_proposal(), create_proposal(Status.RETURNED), create_proposal(Status.REJECTED)):
        with django_assert_max_num_queries(10):  # type: ignore[operator]
            viewer.get(f"{PROPOSALS}{proposal.report_id}/")

    assert Proposal.objects.count() == 3
