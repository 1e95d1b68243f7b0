"""Submitting over the API."""

import pytest
from rest_framework.test import APIClient

from proposals.api.examples import DETAIL, MARKDOWN, REPORT
from proposals.models import Proposal, ProposalEvent
from proposals.reports import parse_json, render_json
from proposals.services import service_account
from tests.factories import create_report, create_user, file_proposal
from tests.factories.clients import PROPOSALS, assert_problem, create_client, post_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> APIClient:
    return create_client(create_user("agent", kind="service"))


@pytest.mark.parametrize("media_type", ["application/json", "text/markdown", "text/markdown; charset=utf-8"])
def test_submit_stores_and_judges(agent: APIClient, media_type: str) -> None:
    report = create_report(block_execution=True)

    answer = post_report(agent, report, media_type)

    assert answer.status_code == 201
    body = answer.json()
    assert body["outcome"] == "created"
    assert body["proposal"]["id"] == report.id
    assert body["proposal"]["status"] == "blocked"
    assert body["proposal"]["submitted_by"] == "agent"
    assert body["proposal"]["source"] == "api"
    assert answer["Location"] == body["proposal"]["url"] == f"http://testserver{PROPOSALS}{report.id}/"
    assert Proposal.objects.get().report == report


def test_submit_tells_the_producer_what_to_mend(agent: APIClient) -> None:
    report = create_report(proposal=file_proposal("shop/seeds.sql", "CREATE TABLE seeds (\n  id int,\n);"))

    proposal = post_report(agent, report).json()["proposal"]

    assert proposal["status"] == "returned"
    finding = next(each for each in proposal["assessment"]["findings"] if each["artifact"] == "content")
    assert finding["level"] == "error"
    assert finding["start_line"] == 3
    assert finding["remedy"]


def test_submit_same_again_gives_the_first_answer(agent: APIClient) -> None:
    report = create_report(block_execution=True)
    first = post_report(agent, report).json()

    again = post_report(agent, report, "text/markdown")

    assert again.status_code == 200
    assert again.json() == {"outcome": "repeated", "proposal": first["proposal"]}
    assert Proposal.objects.count() == 1


def test_submit_same_content_under_another_id_is_linked(agent: APIClient) -> None:
    first = create_report(block_execution=True)
    post_report(agent, first)

    answer = post_report(agent, create_report(block_execution=True, proposal=first.proposal))

    assert answer.status_code == 200
    body = answer.json()
    assert body["outcome"] == "duplicate"
    assert body["proposal"]["duplicate_of"] == first.id
    assert body["proposal"]["status"] == "duplicate"


def test_submit_other_content_under_the_same_id_changes_nothing(agent: APIClient) -> None:
    report = create_report(block_execution=True)
    post_report(agent, report)
    before = list(Proposal.objects.values()), ProposalEvent.objects.count()

    answer = post_report(agent, create_report(id=report.id, block_execution=True))

    problem = assert_problem(answer, 409, "report-conflict")
    assert problem["existing"] == f"http://testserver{PROPOSALS}{report.id}/"
    assert (list(Proposal.objects.values()), ProposalEvent.objects.count()) == before


@pytest.mark.parametrize(
    ("change", "field", "pointer"),
    [
        ({"severity": 99}, "severity", "/severity"),
        ({"severity": 6.0}, "severity", "/severity"),
        ({"timestamp": "2026-02-30T00:00:00.000Z"}, "timestamp", "/timestamp"),
        ({"id": "../../etc/passwd"}, "id", "/id"),
        ({"risks": ["fine", "two\nlines"]}, "risks[1]", "/risks/1"),
        ({"block_execution": "yes"}, "block_execution", "/block_execution"),
        ({"proposal": None}, "proposal", "/proposal"),
    ],
)
def test_submit_wrong_value_is_named(agent: APIClient, change: dict[str, object], field: str, pointer: str) -> None:
    answer = agent.post(PROPOSALS, REPORT | change, format="json")

    problem = assert_problem(answer, 400, "report-invalid")
    assert [(each["field"], each["pointer"]) for each in problem["errors"]] == [(field, pointer)]
    assert Proposal.objects.count() == 0


def test_submit_wrong_markdown_names_the_line_without_pointer(agent: APIClient) -> None:
    wrong = MARKDOWN.replace("- severity: 18", "- severity: high")

    answer = agent.generic("POST", PROPOSALS, wrong, content_type="text/markdown")

    error = assert_problem(answer, 400, "report-invalid")["errors"][0]
    assert error["field"] == "severity"
    assert error["line"] == 4
    assert "pointer" not in error


def test_submit_goes_by_the_declared_form(agent: APIClient) -> None:
    answer = agent.generic("POST", PROPOSALS, render_json(create_report()), content_type="text/markdown")

    assert_problem(answer, 400, "report-invalid")


def test_submit_keeps_every_byte(agent: APIClient) -> None:
    text = "self_improvement:  tabs\t, CR\r, NUL \x00, ## Risks\n- inside\n\n```sql\nnever closed  \n"
    report = create_report(proposal=text)

    post_report(agent, report)

    answer = agent.get(f"{PROPOSALS}{report.id}/report.json")
    assert parse_json(answer.content.decode()).proposal == text


@pytest.mark.parametrize("kind", ["service", "model"])
def test_submit_without_the_right_is_refused(kind: str) -> None:
    stranger = create_client(service_account("stranger", kind))

    answer = post_report(stranger, create_report())

    problem = assert_problem(answer, 403, "forbidden")
    assert "proposals.add_proposal" in problem["detail"]
    assert Proposal.objects.count() == 0


def test_submit_example_of_the_schema_is_what_comes(agent: APIClient) -> None:
    body = agent.post(PROPOSALS, REPORT, format="json").json()

    proposal = body["proposal"]
    assert proposal.keys() == DETAIL.keys()
    assert proposal["assessment"].keys() == DETAIL["assessment"].keys()
    assert proposal["assessment"]["findings"][0].keys() == DETAIL["assessment"]["findings"][0].keys()
    assert proposal["links"].keys() == DETAIL["links"].keys()
    assert proposal["content_hash"] == DETAIL["content_hash"]
    assert proposal["status"] == DETAIL["status"]
