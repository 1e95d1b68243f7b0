"""Requests for information over the API."""

from __future__ import annotations

import pytest

from proposals.models import Proposal
from proposals.states import Status
from tests.factories import create_proposal, create_user
from tests.factories.clients import PROPOSALS, assert_problem, create_client

pytestmark = pytest.mark.django_db


def address(proposal: Proposal, more: str = "") -> str:
    return f"{PROPOSALS}{proposal.report_id}/questions/{more}"


def test_ask_and_answer_keep_the_proposal_pending() -> None:
    agent, operator = create_user("agent", kind="service", groups=["Producers"]), create_user("Ada")
    proposal = create_proposal(Status.BLOCKED, by=agent)

    asked = create_client(operator).post(address(proposal), {"text": "Which table?"}, format="json")
    answered = create_client(agent).post(
        address(proposal, f"{asked.json()['id']}/answer/"), {"text": "Orders."}, format="json"
    )

    assert (asked.status_code, answered.status_code) == (201, 200)
    listed = create_client(agent).get(address(proposal)).json()["results"]
    assert [(each["text"], each["asked_by"], each["answer"], each["answered_by"]) for each in listed] == [
        ("Which table?", "Ada", "Orders.", "agent")
    ]
    proposal.refresh_from_db()
    assert proposal.status == Status.BLOCKED


def test_answer_by_another_account_or_to_another_proposal_is_refused() -> None:
    agent = create_user(kind="service", groups=["Producers"])
    proposal, other = (create_proposal(Status.BLOCKED, by=agent, proposal=f"idea: {n}") for n in ("One", "Two"))
    asked = create_client(create_user()).post(address(proposal), {"text": "Which?"}, format="json").json()
    answer = {"path": f"{asked['id']}/answer/"}

    stranger = create_client(create_user(groups=["Producers"])).post(
        address(proposal, answer["path"]), {"text": "A"}, format="json"
    )
    elsewhere = create_client(agent).post(address(other, answer["path"]), {"text": "A"}, format="json")

    assert_problem(stranger, 403, "forbidden")
    assert_problem(elsewhere, 404, "not-found")


def test_ask_by_a_service_is_refused() -> None:
    service = create_client(create_user(kind="service"))

    assert_problem(service.post(address(create_proposal()), {"text": "Why?"}, format="json"), 403, "forbidden")
