"""Bodies, addresses and headers that mean harm: each is told what is wrong, none is a fault of ours."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from proposals.api.examples import MARKDOWN, REPORT
from proposals.models import Decision, Proposal
from proposals.reports import MAX_REPORT_BYTES
from tests.factories import create_proposal, create_user
from tests.factories.clients import PROPOSALS, assert_problem, create_client

pytestmark = pytest.mark.django_db

JSON, TEXT = "application/json", "text/markdown"
DEEP = 100_000


@pytest.fixture
def operator() -> APIClient:
    return create_client(create_user())


def _report(**change: Any) -> bytes:
    return json.dumps(REPORT | change).encode()


def _post(client: APIClient, address: str, body: bytes, media_type: str, **headers: Any) -> Any:
    return client.generic("POST", address, body, content_type=media_type, **headers)


@pytest.mark.parametrize(
    ("body", "media_type", "status", "slug"),
    [
        (b"", JSON, 400, "report-invalid"),
        (b"", TEXT, 400, "report-invalid"),
        (b"\xff\xfe{", JSON, 400, "report-invalid"),
        (_report().decode().encode("utf-16"), JSON, 400, "report-invalid"),
        (MARKDOWN.encode().replace(b"journal", b"jour\xe9nal"), TEXT, 400, "report-invalid"),
        (b"\x00", JSON, 400, "report-invalid"),
        (b"\x00" * 1000, TEXT, 400, "report-invalid"),
        (b"[" * DEEP, JSON, 400, "report-invalid"),
        (b'{"id":' * DEEP, JSON, 400, "report-invalid"),
        (b'{"risks":' + b"[" * DEEP + b"]" * DEEP + b"}", JSON, 400, "report-invalid"),
        (b"[" + _report() + b"]", JSON, 400, "report-invalid"),
        (b'"report"', JSON, 400, "report-invalid"),
        (b"null", JSON, 400, "report-invalid"),
        (b"NaN", JSON, 400, "report-invalid"),
        (_report()[:-1] + b', "severity": 3}', JSON, 400, "report-invalid"),
        (_report(admin=True), JSON, 400, "report-invalid"),
        (_report(severity=float("nan")), JSON, 400, "report-invalid"),
        (b'{"severity": ' + b"9" * 5000 + b"}", JSON, 400, "report-invalid"),
        (_report(proposal="lone \ud800 surrogate"), JSON, 400, "report-invalid"),
        (_report(id="a\u0000b"), JSON, 400, "report-invalid"),
        (_report(risks=["x"] * 1001), JSON, 400, "report-invalid"),
        (_report(proposal="x" * 3_000_000), JSON, 413, "too-large"),
        (MARKDOWN.encode() + b"x" * 3_000_000, TEXT, 413, "too-large"),
        (b" " * (MAX_REPORT_BYTES + 1), JSON, 413, "too-large"),
        (_report(), "text/plain", 415, "unsupported-media-type"),
        (_report(), "application/xml", 415, "unsupported-media-type"),
        (_report(), "multipart/form-data", 415, "unsupported-media-type"),
        (_report(), "multipart/form-data; boundary=x", 415, "unsupported-media-type"),
        (_report(), "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        (_report(), "", 415, "unsupported-media-type"),
        (_report(), "application/", 415, "unsupported-media-type"),
        (_report(), "json/application;;;=", 415, "unsupported-media-type"),
        (_report(), "\x00", 415, "unsupported-media-type"),
    ],
)
def test_hostile_report_is_refused(operator: APIClient, body: bytes, media_type: str, status: int, slug: str) -> None:
    answer = _post(operator, PROPOSALS, body, media_type)

    assert_problem(answer, status, slug)
    assert Proposal.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "media_type", "status", "slug"),
    [
        (b"\xff", JSON, 400, "malformed-request"),
        (b"{", JSON, 400, "malformed-request"),
        (b"[" * 60_000, JSON, 400, "malformed-request"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, JSON, 400, "malformed-request"),
        (b"[]", JSON, 400, "malformed-request"),
        (b'"approve"', JSON, 400, "malformed-request"),
        (b'{"kind": "approve", "kind": "reject"}', JSON, 400, "malformed-request"),
        (b'{"kind": NaN}', JSON, 400, "malformed-request"),
        (b'{"assessment": ' + b"9" * 5000 + b"}", JSON, 400, "malformed-request"),
        (b'{"\\u0000": 1}', JSON, 400, "request-invalid"),
        (b'{"kind": "appro\\u0000ve"}', JSON, 400, "request-invalid"),
        (b'{"note": "lone \\ud800 surrogate"}', JSON, 400, "request-invalid"),
        (b'{"kind": ["approve"], "assessment": {}, "content_hash": [], "note": 3}', JSON, 400, "request-invalid"),
        (b'{"note": "' + b"x" * 70_000 + b'"}', JSON, 413, "too-large"),
        (b"kind=approve", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        (MARKDOWN.encode(), TEXT, 415, "unsupported-media-type"),
    ],
)
def test_hostile_decision_is_refused(operator: APIClient, body: bytes, media_type: str, status: int, slug: str) -> None:
    proposal = create_proposal()

    answer = _post(operator, f"{PROPOSALS}{proposal.report_id}/decision/", body, media_type)

    assert_problem(answer, status, slug)
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer a b",
        "Bearer " + "0" * 40,
        "Bearer \x00",
        "Bearer \xff\xfe",
        "Bearer '; DROP TABLE proposals_apikey; --",
        "Token",
        "Token nobody",
    ],
)
def test_hostile_token_is_a_401(header: str) -> None:
    client = APIClient(raise_request_exception=False, HTTP_AUTHORIZATION=header)

    answer = client.get(PROPOSALS)

    assert_problem(answer, 401, "unauthenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="fsarsite"'


@pytest.mark.parametrize("given", ["a b", "x" * 101, "<script>", "a\r\nSet-Cookie: b=c", "\xff", ""])
def test_hostile_request_id_is_replaced(operator: APIClient, given: str) -> None:
    answer = operator.get(f"{PROPOSALS}fsar_unknown/", HTTP_X_REQUEST_ID=given)

    problem = assert_problem(answer, 404, "not-found")
    assert problem["request_id"] != given
    assert len(problem["request_id"]) == 32


def test_sane_request_id_is_echoed(operator: APIClient) -> None:
    answer = operator.get(PROPOSALS, HTTP_X_REQUEST_ID="ci-run:42.7_a")

    assert answer["X-Request-ID"] == "ci-run:42.7_a"


@pytest.mark.parametrize("length", ["-1", "many", "999999999999", "9" * 5000])
def test_hostile_content_length_is_no_fault(operator: APIClient, length: str) -> None:
    answer = _post(operator, PROPOSALS, _report(), JSON, CONTENT_LENGTH=length)

    assert answer.status_code < 500


def test_body_in_chunks_is_told_to_have_a_length(operator: APIClient) -> None:
    answer = _post(operator, PROPOSALS, _report(), JSON, HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")

    assert_problem(answer, 411, "length-required")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "", "nonsense", "*/*;q=0"])
def test_any_accept_header_gets_the_one_representation(operator: APIClient, accept: str) -> None:
    answer = operator.get(PROPOSALS, HTTP_ACCEPT=accept)

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize("language", ["de", "ar", "../../etc"])
def test_messages_are_english_whatever_the_browser_likes(operator: APIClient, language: str) -> None:
    answer = operator.get(f"{PROPOSALS}?status=no", HTTP_ACCEPT_LANGUAGE=language)

    assert "not one of the available choices" in assert_problem(answer, 400, "request-invalid")["detail"]


def test_markup_in_a_problem_stays_text(operator: APIClient) -> None:
    answer = operator.get(f"{PROPOSALS}?status=<script>alert(1)</script>")

    assert_problem(answer, 400, "request-invalid")
    assert answer["X-Content-Type-Options"] == "nosniff"
