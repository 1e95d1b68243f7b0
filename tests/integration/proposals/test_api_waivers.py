"""Waivers over the API: list, accept, take back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from proposals.models import Finding, Proposal, Waiver
from proposals.states import Status
from tests.factories import create_proposal, create_user, file_proposal
from tests.factories.clients import PROPOSALS, assert_problem, create_client

pytestmark = pytest.mark.django_db
RUNS = file_proposal("ops/list.py", "import os\n\nos.system('ls')\n")
REASON = "It lists a folder and nothing else."


@pytest.fixture
def risky() -> Proposal:
    return create_proposal(Status.NEEDS_MITIGATION, proposal=RUNS)


@pytest.fixture
def lead() -> APIClient:
    return create_client(create_user("Ada", groups=["Leads"]))


def address(proposal: Proposal, more: str = "") -> str:
    return f"{PROPOSALS}{proposal.report_id}/waivers/{more}"


def body(proposal: Proposal, **change: Any) -> dict[str, Any]:
    finding = Finding.objects.get(assessment=proposal.assessment_id, rule_id="danger/process")
    ends_at = (timezone.now() + timedelta(days=30)).isoformat()
    return {"finding": finding.pk, "reason": REASON, "ends_at": ends_at} | change


def test_waive_answers_with_the_waiver_and_the_proposal(risky: Proposal, lead: APIClient) -> None:
    read = lead.get(f"{PROPOSALS}{risky.report_id}/").json()
    finding = next(each for each in read["assessment"]["findings"] if each["rule_id"] == "danger/process")

    answer = lead.post(read["links"]["waivers"], body(risky, finding=finding["id"]), format="json")

    assert answer.status_code == 201
    said = answer.json()
    assert (said["waiver"]["by"], said["waiver"]["reason"]) == ("Ada", REASON)
    assert said["waiver"]["fingerprint"] == finding["fingerprint"]
    assert said["proposal"]["status"] == "cleared"
    assert [
        each["is_waived"] for each in said["proposal"]["assessment"]["findings"] if each["rule_id"] == "danger/process"
    ] == [True]


def test_waivers_are_listed_and_revoked(risky: Proposal, lead: APIClient) -> None:
    made = lead.post(address(risky), body(risky), format="json").json()["waiver"]

    revoked = lead.post(address(risky, f"{made['id']}/revoke/"))
    again = lead.post(address(risky, f"{made['id']}/revoke/"))
    listed = lead.get(address(risky)).json()["results"]

    assert (revoked.status_code, again.status_code) == (200, 200)
    assert revoked.json()["status"] == "needs_mitigation"
    assert [(each["id"], each["ended_by"]) for each in listed] == [(made["id"], "Ada")]
    assert listed[0]["ended_at"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"reason": "short"}, "/reason"),
        ({"reason": "          "}, "/reason"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "/ends_at"),
        ({"ends_at": "9999-12-31T23:59:59-14:00"}, "/ends_at"),
        ({"ends_at": "tomorrow"}, "/ends_at"),
        ({"finding": 0}, "/finding"),
        ({"finding": 2**70}, "/finding"),
        ({"until": "2026-01-01"}, "/until"),
    ],
)
def test_waive_refuses_wrong_values(risky: Proposal, lead: APIClient, change: dict[str, Any], pointer: str) -> None:
    problem = assert_problem(lead.post(address(risky), body(risky, **change), format="json"), 400, "request-invalid")

    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert not Waiver.objects.exists()


def test_waive_refuses_findings_of_another_assessment(risky: Proposal, lead: APIClient) -> None:
    other = create_proposal(Status.NEEDS_MITIGATION, proposal=RUNS.replace("'ls'", "'ls -l'"))

    assert_problem(lead.post(address(risky), body(other), format="json"), 409, "invalid-state")

    assert not Waiver.objects.exists()


def test_waive_never_lifts_a_reported_block(lead: APIClient) -> None:
    proposal = create_proposal(Status.BLOCKED, block_execution=True)
    finding = Finding.objects.get(assessment=proposal.assessment_id, rule_id="envelope/reported-block")

    answer = lead.post(
        address(proposal), {"finding": finding.pk, "reason": REASON, "ends_at": body_end()}, format="json"
    )

    assert "always honoured" in assert_problem(answer, 409, "invalid-state")["detail"]


def body_end() -> str:
    return (timezone.now() + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(("group", "kind"), [("Operators", "person"), ("Viewers", "person"), ("Leads", "model")])
def test_waive_and_revoke_are_for_people_with_the_right(
    risky: Proposal, lead: APIClient, group: str, kind: str
) -> None:
    made = lead.post(address(risky), body(risky), format="json").json()["waiver"]
    client = create_client(create_user(groups=[group], kind=kind))

    assert_problem(client.post(address(risky), body(risky), format="json"), 403, "forbidden")
    assert_problem(client.post(address(risky, f"{made['id']}/revoke/")), 403, "forbidden")

    assert Waiver.objects.get().ended_at is None


def test_waive_is_not_for_the_one_who_submitted() -> None:
    author = create_user(groups=["Leads"])
    proposal = create_proposal(Status.NEEDS_MITIGATION, proposal=RUNS, by=author)

    assert_problem(create_client(author).post(address(proposal), body(proposal), format="json"), 403, "forbidden")


def test_revoke_finds_only_waivers_of_the_proposal(risky: Proposal, lead: APIClient) -> None:
    made = lead.post(address(risky), body(risky), format="json").json()["waiver"]
    other = create_proposal(Status.BLOCKED)

    assert_problem(lead.post(address(other, f"{made['id']}/revoke/")), 404, "not-found")
    assert_problem(lead.post(address(risky, f"{10**17}/revoke/")), 404, "not-found")

    assert Waiver.objects.get().ended_at is None
