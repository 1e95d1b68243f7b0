"""Callers of the API."""

from __future__ import annotations

from typing import Any

from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from proposals.models import User
from proposals.reports import Report, render_json, render_markdown

PROPOSALS = "/api/v1/proposals/"
PROBLEM = "application/problem+json"


def token_of(user: User) -> str:
    """The account's token, made when it has none."""
    return str(Token.objects.get_or_create(user=user)[0].key)


def create_client(user: User | None) -> APIClient:
    """A client that calls as the account, by its token; None calls as nobody."""
    client = APIClient(raise_request_exception=False)
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(user)}")
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
