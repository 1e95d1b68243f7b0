"""Who may do what: every role at every address, by direct request."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from proposals.models import Proposal, User
from proposals.states import Status
from tests.factories import create_proposal, create_report, create_user
from tests.factories.clients import PROPOSALS, assert_problem, create_client, post_report

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "viewer", "operator", "service", "model", "robot_operator", "stranger", "retired")
REASON = {"note": "A reason of more than ten characters."}

# what is asked → the answer to each role, in the order of ROLES
MATRIX: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", "list"): (401, 200, 200, 403, 403, 200, 403, 401),
    ("POST", "list"): (401, 403, 201, 201, 201, 201, 403, 401),
    ("GET", "one"): (401, 200, 200, 403, 403, 200, 403, 401),
    ("GET", "report.md"): (401, 200, 200, 403, 403, 200, 403, 401),
    ("GET", "report.json"): (401, 200, 200, 403, 403, 200, 403, 401),
    ("GET", "sarif"): (401, 200, 200, 403, 403, 200, 403, 401),
    ("GET", "events/"): (401, 200, 200, 403, 403, 200, 403, 401),
    ("POST", "decision/"): (401, 403, 201, 403, 403, 403, 403, 401),
    ("POST", "withdraw/"): (401, 403, 403, 403, 403, 403, 403, 401),
    ("POST", "reopen/"): (401, 403, 409, 403, 403, 403, 403, 401),
    ("POST", "claim/"): (401, 403, 200, 403, 403, 403, 403, 401),
    ("DELETE", "claim/"): (401, 200, 200, 403, 403, 403, 403, 401),
    ("GET", "waivers/"): (401, 200, 200, 403, 403, 200, 403, 401),
    ("PUT", "one"): (401, 405, 405, 405, 405, 405, 405, 401),
    ("DELETE", "one"): (401, 405, 405, 405, 405, 405, 405, 401),
    ("PATCH", "decision/"): (401, 405, 405, 405, 405, 405, 405, 401),
    ("OPTIONS", "list"): (401, 405, 405, 405, 405, 405, 405, 401),
    ("HEAD", "one"): (401, 200, 200, 403, 403, 200, 403, 401),
}
CELLS = [
    pytest.param(role, method, what, status, id=f"{role}-{method}-{what}")
    for (method, what), row in MATRIX.items()
    for role, status in zip(ROLES, row, strict=True)
]


@pytest.mark.parametrize(("role", "method", "what", "status"), CELLS)
def test_role_at_address(role: str, method: str, what: str, status: int) -> None:
    proposal = create_proposal()
    client = create_client(_account(role))

    answer = _ask(client, method, what, proposal)

    assert answer.status_code == status, answer.content
    if status >= 400:
        assert answer["Content-Type"] == "application/problem+json"
    if status in {401, 403, 405, 409}:
        proposal.refresh_from_db()
        assert (proposal.status, proposal.claimed_by) == (Status.BLOCKED, None)
        assert Proposal.objects.count() == 1


def _ask(client: APIClient, method: str, what: str, proposal: Proposal) -> Any:
    if (method, what) == ("POST", "list"):
        return post_report(client, create_report())
    address = PROPOSALS if what == "list" else f"{PROPOSALS}{proposal.report_id}/{'' if what == 'one' else what}"
    body: dict[str, Any] | None = REASON if what in {"withdraw/", "reopen/"} else None
    if what == "decision/":
        body = REASON | {
            "kind": "approve",
            "content_hash": proposal.content_hash,
            "assessment": proposal.assessment_id,
            "likelihood": 2,
            "damage": 2,
        }
    return getattr(client, method.lower())(address, body, format="json") if body else client.generic(method, address)


def _account(role: str) -> User | None:
    if role == "anonymous":
        return None
    groups = {"viewer": ["Viewers"], "operator": ["Operators"], "robot_operator": ["Operators"]}
    kinds = {"service": "service", "model": "model", "robot_operator": "model"}
    account = create_user(role, groups=groups.get(role, []), kind=kinds.get(role, "person"), staff=False)
    if role in {"service", "model"}:
        account.user_permissions.add(Permission.objects.get(codename="add_proposal"))
    if role == "retired":
        account.is_active = False
        account.save()
    return account


def test_session_of_the_admin_counts_and_its_posts_need_the_csrf_token() -> None:
    browser = APIClient(raise_request_exception=False, enforce_csrf_checks=True)
    browser.force_login(create_user())

    read = browser.get(PROPOSALS)
    written = post_report(browser, create_report())

    assert read.status_code == 200
    assert "CSRF" in assert_problem(written, 403, "forbidden")["detail"]
    assert not Proposal.objects.exists()


def test_decision_by_key_counts_as_the_key_s_person() -> None:
    proposal = create_proposal()
    client = create_client(create_user("Ada"))

    answer = _ask(client, "POST", "decision/", proposal)

    assert answer.json()["decision"]["by"] == "Ada"
    assert answer.json()["proposal"]["status"] == "approved"
