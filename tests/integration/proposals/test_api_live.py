"""One round trip over a socket, as an agent and an operator walk it."""

import pytest
import requests
from pytest_django.live_server_helper import LiveServer

from proposals.reports import parse_markdown, render_markdown
from tests.factories import create_report, create_user
from tests.factories.clients import key_of

pytestmark = pytest.mark.django_db(transaction=True)


def _session(groups: list[str], kind: str) -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {key_of(create_user(groups=groups, kind=kind))}"
    return session


def test_submit_review_and_decide_over_http(live_server: LiveServer) -> None:
    report = create_report(block_execution=True)
    address = f"{live_server.url}/api/v1/proposals/"

    with _session(["Operators"], "model") as agent, _session(["Operators"], "person") as operator:
        submitted = agent.post(
            address, render_markdown(report).encode(), headers={"Content-Type": "text/markdown"}, timeout=30
        )
        listed = operator.get(address, params={"status": "blocked"}, timeout=30).json()["results"]
        proposal = operator.get(listed[0]["url"], timeout=30).json()
        text = operator.get(proposal["links"]["report_md"], timeout=30)
        decided = operator.post(
            proposal["links"]["decision"],
            json={
                "kind": "approve",
                "content_hash": proposal["content_hash"],
                "assessment": proposal["assessment"]["id"],
                "likelihood": proposal["assessment"]["likelihood"],
                "damage": proposal["assessment"]["damage"],
            },
            timeout=30,
        )
        again = operator.get(
            proposal["links"]["report_md"], headers={"If-None-Match": text.headers["ETag"]}, timeout=30
        )
        events = operator.get(proposal["links"]["events"], timeout=30).json()["results"]

    assert submitted.status_code == 201
    assert submitted.headers["Location"] == proposal["url"] == f"{address}{report.id}/"
    assert parse_markdown(text.content.decode()) == report
    assert (decided.status_code, decided.json()["proposal"]["status"]) == (201, "approved")
    assert (again.status_code, again.content) == (304, b"")
    assert [event["name"] for event in events][:4] == ["submitted", "assessed", "estimated", "approved"]


def test_refusals_over_http(live_server: LiveServer) -> None:
    address = f"{live_server.url}/api/v1/proposals/"

    with _session([], "service") as stranger:
        nobody = requests.get(address, timeout=30)
        without_right = stranger.get(address, timeout=30)
        nowhere = stranger.get(f"{live_server.url}/api/v1/nowhere/", timeout=30)

    assert [answer.status_code for answer in (nobody, without_right, nowhere)] == [401, 403, 404]
    assert nobody.headers["WWW-Authenticate"] == 'Bearer realm="fsarsite"'
    for answer in (nobody, without_right, nowhere):
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["request_id"] == answer.headers["X-Request-ID"]
