"""Deciding, withdrawing, reopening, claiming over the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from proposals.models import Decision, Proposal, ProposalEvent, User
from proposals.services import claim_proposal, service_account
from proposals.states import Status
from tests.factories import create_proposal, create_user
from tests.factories.clients import PROPOSALS, assert_problem, create_client

pytestmark = pytest.mark.django_db

ESTIMATE = {"likelihood": 2, "damage": 2}
REASON = "The down migration was tried on a copy."


@pytest.fixture
def ada() -> User:
    return create_user("Ada")


@pytest.fixture
def operator(ada: User) -> APIClient:
    return create_client(ada)


def _decide(client: APIClient, proposal: Proposal, kind: str = "approve", /, **change: Any) -> Any:
    body = {"kind": kind, "content_hash": proposal.content_hash, "assessment": proposal.assessment_id, "note": REASON}
    own = ESTIMATE if kind == "approve" else {}
    return client.post(_address(proposal, "decision"), body | own | change, format="json")


def _address(proposal: Proposal, what: str) -> str:
    return f"{PROPOSALS}{proposal.report_id}/{what}/"


@pytest.mark.parametrize(
    ("kind", "after"), [("approve", "approved"), ("reject", "rejected"), ("send_back", "returned")]
)
def test_decide_is_recorded_and_answers_with_the_proposal(operator: APIClient, kind: str, after: str) -> None:
    proposal = create_proposal()

    answer = _decide(operator, proposal, kind)

    assert answer.status_code == 201
    body = answer.json()
    assert (body["decision"]["kind"], body["decision"]["by"], body["decision"]["note"]) == (kind, "Ada", REASON)
    assert body["decision"]["content_hash"] == proposal.content_hash
    assert body["proposal"]["status"] == after
    assert body["proposal"]["decisions"] == [body["decision"]]
    assert Decision.objects.get().kind == kind


def test_approve_needs_no_note(operator: APIClient) -> None:
    proposal = create_proposal()

    body = {"kind": "approve", "content_hash": proposal.content_hash, "assessment": proposal.assessment_id}

    assert operator.post(_address(proposal, "decision"), body | ESTIMATE, format="json").status_code == 201


def test_approve_what_is_blocked_without_an_estimate_names_what_is_missing(operator: APIClient) -> None:
    proposal = create_proposal()
    body = {"kind": "approve", "content_hash": proposal.content_hash, "assessment": proposal.assessment_id}

    answer = operator.post(_address(proposal, "decision"), body, format="json")

    problem = assert_problem(answer, 400, "request-invalid")
    assert [error["pointer"] for error in problem["errors"]] == ["/likelihood", "/damage"]
    assert not Decision.objects.exists()


def test_approve_what_needs_mitigation_asks_for_no_estimate(operator: APIClient) -> None:
    proposal = create_proposal(Status.NEEDS_MITIGATION)
    body = {"kind": "approve", "content_hash": proposal.content_hash, "assessment": proposal.assessment_id}

    assert operator.post(_address(proposal, "decision"), body, format="json").status_code == 201


@pytest.mark.parametrize(
    ("kind", "change", "pointers"),
    [
        ("approve", {"likelihood": 0}, ["/likelihood"]),
        ("approve", {"damage": 6}, ["/damage"]),
        ("approve", {"damage": "much"}, ["/damage"]),
        ("reject", {"damage": 2, "likelihood": 2}, ["/damage", "/likelihood"]),
    ],
)
def test_decide_with_a_wrong_estimate_is_refused(
    operator: APIClient, kind: str, change: dict[str, Any], pointers: list[str]
) -> None:
    proposal = create_proposal()

    problem = assert_problem(_decide(operator, proposal, kind, **change), 400, "request-invalid")

    assert [error["pointer"] for error in problem["errors"]] == pointers


def test_approve_with_half_an_estimate_is_refused(operator: APIClient) -> None:
    proposal = create_proposal()
    body = {"kind": "approve", "content_hash": proposal.content_hash, "assessment": proposal.assessment_id}

    answer = operator.post(_address(proposal, "decision"), body | {"damage": 2}, format="json")

    problem = assert_problem(answer, 400, "request-invalid")
    assert [error["pointer"] for error in problem["errors"]] == ["/likelihood"]


def test_approve_two_notches_from_the_engine_waits_for_another_person(operator: APIClient) -> None:
    proposal = create_proposal()

    first = _decide(operator, proposal, likelihood=4)
    second = _decide(create_client(create_user()), proposal)

    assert (first.json()["proposal"]["status"], first.json()["proposal"]["approvals_missing"]) == ("blocked", 1)
    assert second.json()["proposal"]["status"] == "approved"


@pytest.mark.parametrize("kind", ["reject", "send_back"])
@pytest.mark.parametrize("note", ["", "too short", "   spaces   "])
def test_decide_without_a_reason_is_refused(operator: APIClient, kind: str, note: str) -> None:
    proposal = create_proposal()

    problem = assert_problem(_decide(operator, proposal, kind, note=note), 400, "request-invalid")

    assert [error["pointer"] for error in problem["errors"]] == ["/note"]
    assert not Decision.objects.exists()


@pytest.mark.parametrize("change", [{"content_hash": "sha256:other"}, {"assessment": 999999999}])
def test_decide_on_what_was_not_read_is_refused(operator: APIClient, change: dict[str, Any]) -> None:
    proposal = create_proposal()

    assert_problem(_decide(operator, proposal, **change), 409, "decision-stale")

    assert not Decision.objects.exists()


def test_decide_twice_is_refused(operator: APIClient) -> None:
    proposal = create_proposal(Status.REJECTED)

    problem = assert_problem(_decide(operator, proposal), 409, "invalid-state")

    assert problem["current"] == "rejected"
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("kind", ["service", "model"])
def test_decide_is_never_for_services_and_models(kind: str) -> None:
    proposal = create_proposal()
    robot = create_user(groups=["Operators", "Leads"])
    client = create_client(robot)  # with all scopes, as only a person's key has them
    robot.kind, robot.is_superuser = kind, True
    robot.save()

    problem = assert_problem(_decide(client, proposal), 403, "forbidden")

    assert "a person must" in problem["detail"]
    assert not Decision.objects.exists()


def test_decide_is_not_for_the_one_who_submitted(operator: APIClient, ada: User) -> None:
    proposal = create_proposal(by=ada)

    assert_problem(_decide(operator, proposal), 403, "forbidden")


def test_decide_is_not_for_viewers() -> None:
    viewer = create_client(create_user(groups=["Viewers"]))

    problem = assert_problem(_decide(viewer, create_proposal()), 403, "forbidden")

    assert "Operators" in problem["detail"]


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"kind": "maybe"}, ["/kind"]),
        ({"assessment": "first"}, ["/assessment"]),
        ({"assessment": -1}, ["/assessment"]),
        ({"assessment": 10**40}, []),
        ({"note": "a\x00b" * 9}, ["/note"]),
        ({"note": "x" * 4001}, ["/note"]),
        ({"note": {"text": "no"}}, ["/note"]),
        ({"content_hash": None}, ["/content_hash"]),
        ({"force": True}, ["/force"]),
        ({"a/b~c": 1}, ["/a~1b~0c"]),
    ],
)
def test_decide_wrong_value_is_named(operator: APIClient, change: dict[str, Any], pointers: list[str]) -> None:
    answer = _decide(operator, create_proposal(), "reject", **change)

    if pointers:
        problem = assert_problem(answer, 400, "request-invalid")
        assert [error["pointer"] for error in problem["errors"]] == pointers
    else:
        assert_problem(answer, 409, "decision-stale")
    assert not Decision.objects.exists()


def test_decide_empty_body_names_what_is_missing(operator: APIClient) -> None:
    answer = operator.post(_address(create_proposal(), "decision"))

    problem = assert_problem(answer, 400, "request-invalid")
    assert [error["pointer"] for error in problem["errors"]] == ["/kind", "/content_hash", "/assessment"]


def test_withdraw_takes_back_what_one_submitted() -> None:
    agent = create_user(kind="model")
    proposal = create_proposal(by=agent)

    answer = create_client(agent).post(_address(proposal, "withdraw"), {"note": "A better one follows."}, format="json")

    assert answer.status_code == 200
    assert answer.json()["status"] == "withdrawn"
    assert ProposalEvent.objects.get(name="withdrawn").note == "A better one follows."


def test_withdraw_is_not_for_others(operator: APIClient) -> None:
    proposal = create_proposal()

    assert_problem(operator.post(_address(proposal, "withdraw")), 403, "forbidden")

    assert Proposal.objects.get().status == Status.BLOCKED


def test_withdraw_after_the_decision_is_too_late() -> None:
    agent = create_user(kind="service")
    proposal = create_proposal(Status.REJECTED, by=agent)

    problem = assert_problem(create_client(agent).post(_address(proposal, "withdraw")), 409, "invalid-state")

    assert problem["current"] == "rejected"


def test_reopen_blocks_a_returned_proposal(operator: APIClient) -> None:
    proposal = create_proposal(Status.RETURNED)

    answer = operator.post(_address(proposal, "reopen"), {"note": REASON}, format="json")

    assert answer.status_code == 200
    assert answer.json()["status"] == "blocked"


@pytest.mark.parametrize(("body", "status"), [({}, 400), ({"note": "short"}, 400), ({"note": REASON}, 409)])
def test_reopen_refused_changes_nothing(operator: APIClient, body: dict[str, str], status: int) -> None:
    proposal = create_proposal(Status.REJECTED)

    answer = operator.post(_address(proposal, "reopen"), body, format="json")

    assert_problem(answer, status, "invalid-state" if status == 409 else "request-invalid")
    assert Proposal.objects.get().status == Status.REJECTED


def test_claim_and_release(operator: APIClient, ada: User) -> None:
    proposal = create_proposal()

    claimed = operator.post(_address(proposal, "claim"))
    again = operator.post(_address(proposal, "claim"))
    released = operator.delete(_address(proposal, "claim"))

    assert (claimed.status_code, claimed.json()["claimed_by"]) == (200, "Ada")
    assert again.json() == claimed.json()
    assert (released.status_code, released.json()["claimed_by"]) == (200, None)


@pytest.mark.parametrize("method", ["post", "delete"])
def test_claim_of_another_is_kept(operator: APIClient, method: str) -> None:
    proposal = create_proposal()
    claim_proposal(proposal_id=proposal.pk, by=create_user("Bob"))

    problem = assert_problem(getattr(operator, method)(_address(proposal, "claim")), 409, "invalid-state")

    assert "Bob" in problem["detail"]


@pytest.mark.parametrize("what", ["decision", "withdraw", "reopen", "claim"])
def test_act_on_unknown_is_not_found(operator: APIClient, what: str) -> None:
    body = {"kind": "approve", "content_hash": "x", "assessment": 1} if what == "decision" else {"note": REASON}

    answer = operator.post(f"{PROPOSALS}fsar_unknown/{what}/", body if what != "claim" else None, format="json")

    assert_problem(answer, 404, "not-found")


def test_decide_as_service_account_without_rights_is_refused() -> None:
    proposal = create_proposal()

    assert_problem(_decide(create_client(service_account("lonely")), proposal), 403, "forbidden")
