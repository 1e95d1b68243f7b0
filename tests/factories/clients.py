"""Callers of the API."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from proposals.models import Scope, User
from proposals.models.api_key import PEOPLE_ONLY
from proposals.reports import Report, render_json, render_markdown
from proposals.services.keys import issue_key, note_use

PROPOSALS = "/api/v1/proposals/"
PROBLEM = "application/problem+json"


def key_of(user: User, *scopes: str) -> str:
    """A new key of the account, used a moment ago, with all scopes that it can have unless some are named."""
    usual = Scope.values if user.is_person else sorted(set(Scope.values) - PEOPLE_ONLY)
    issued = issue_key(user=user, name="tests", scopes=scopes or usual, by=None, rate_per_minute=100_000)
    note_use(issued.key)  # so that each request asks the database as often as any
    return issued.secret


def create_client(user: User | None, *scopes: str) -> APIClient:
    """A client that calls as the account, by a key; None calls as nobody."""
    client = APIClient(raise_request_exception=False)
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {key_of(user, *scopes)}")
    return client


def post_report(client: APIClient, report: Report, media_type: str = "application/json", **headers: Any) -> Any:
    """Submit a report over the API."""
    text = render_markdown(report) if media_type.startswith("text/markdown") else render_json(report)
    return client.generic("POST", PROPOSALS, text.encode(), content_type=media_type, **headers)


def assert_problem(answer: Any, status: int, slug: str) -> dict[str, Any]:
    """The problem document, checked for what every one of them must have."""
    assert answer.status_code == status, answer.content[:500]
    assert answer["Content-Type"] == PROBLEM
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"/api/v1/problems/{slug}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert "\n" not in problem["detail"]
    assert problem["instance"] == answer.wsgi_request.path
    assert problem["request_id"] == answer["X-Request-ID"]
    return problem
