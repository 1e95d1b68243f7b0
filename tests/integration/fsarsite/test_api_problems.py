"""Errors before, beyond and inside the API, told as problem documents."""

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.test import RequestFactory
from django.urls import clear_url_caches, path, set_urlconf
from pytest_django import Settings
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.test import APIClient

from execution.states import InvalidTaskTransition
from fsarsite import urls
from fsarsite.errors import problem_handler
from fsarsite.request_ids import RequestIdMiddleware, request_id
from proposals.api.endpoint import Endpoint
from proposals.api.problems import BY_STATUS, TYPES
from proposals.states import InvalidTransition
from tests.factories import create_user
from tests.factories.clients import assert_problem, create_client

SECRET = "host=10.0.0.7 password=hunter2"


class BrokenEndpoint(Endpoint):
    """Fails as nothing should."""

    rights = {"GET": "proposals.view_proposal"}

    def get(self, _request: Request) -> HttpResponse:
        raise ZeroDivisionError(SECRET)


def broken_page(_request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError(SECRET)


@pytest.fixture
def broken_urls(settings: Settings) -> Iterator[None]:
    module: Any = ModuleType("broken_urls")
    module.urlpatterns = [
        path("api/v1/broken/", BrokenEndpoint.as_view()),
        path("api/v1/broken-page/", broken_page),
        path("broken-page/", broken_page),
        *urls.urlpatterns,
    ]
    settings.ROOT_URLCONF = module
    clear_url_caches()
    yield
    set_urlconf(None)
    clear_url_caches()


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("address", ["/api/v1/broken/", "/api/v1/broken-page/"])
@pytest.mark.django_db
@pytest.mark.usefixtures("broken_urls")
def test_fault_of_ours_is_a_problem_that_tells_no_secret(settings: Settings, address: str, debug: bool) -> None:
    settings.DEBUG = debug
    client = create_client(create_user())

    answer = client.get(address)

    assert_problem(answer, 500, "internal")
    assert SECRET not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("broken_urls")
def test_fault_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    create_client(create_user()).get("/api/v1/broken/")

    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]


@pytest.mark.usefixtures("broken_urls")
def test_fault_outside_the_api_stays_a_page() -> None:
    answer = APIClient(raise_request_exception=False).get("/broken-page/")

    assert answer.status_code == 500
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("/api/v1/nowhere/", "There is nothing here."),
        ("/api/", "There is nothing here."),
        ("/api/v2/proposals/", "There is nothing here."),
        ("/api/v1/proposals", "There is nothing here; did you mean /api/v1/proposals/ ?"),
        ("/api/v1/proposals/x/decision", "There is nothing here; did you mean /api/v1/proposals/x/decision/ ?"),
    ],
)
def test_unknown_address_is_a_problem(settings: Settings, address: str, hint: str, method: str, debug: bool) -> None:
    settings.DEBUG = debug

    answer = getattr(APIClient(), method)(address)

    assert assert_problem(answer, 404, "not-found")["detail"] == hint


def test_unknown_host_is_a_problem() -> None:
    answer = APIClient(raise_request_exception=False).get("/api/v1/schema/", HTTP_HOST="evil.example")

    assert_problem(answer, 400, "malformed-request")


@pytest.mark.parametrize(
    ("error", "status", "slug", "members", "headers"),
    [
        (Http404("no Proposal matches"), 404, "not-found", {"detail": "There is nothing here."}, {}),
        (PermissionDenied(SECRET), 403, "forbidden", {"detail": "This account may not do that."}, {}),
        (InvalidTransition("rejected", "approved"), 409, "invalid-state", {"current": "rejected"}, {}),
        (InvalidTaskTransition("running", "queued"), 409, "invalid-state", {"current": "running"}, {}),
        (Throttled(wait=7.2), 429, "throttled", {}, {"Retry-After": "8"}),
        (OperationalError(SECRET), 503, "unavailable", {}, {"Retry-After": "5"}),
        (UnreadablePostError(SECRET), 400, "malformed-request", {}, {}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_problem_handler_tells_each_error(
    error: Exception, status: int, slug: str, members: dict[str, Any], headers: dict[str, str]
) -> None:
    request = RequestFactory().get("/api/v1/proposals/")
    seen: list[HttpResponse] = []

    def answer_to(inner: HttpRequest) -> HttpResponse:
        seen.append(problem_handler(error, {"request": inner}))  # type: ignore[arg-type]
        seen[0].wsgi_request = inner  # type: ignore[attr-defined]
        return seen[0]

    answer: Any = RequestIdMiddleware(answer_to)(request)
    answer.json = lambda: json.loads(answer.content)

    problem = assert_problem(answer, status, slug)
    assert members.items() <= problem.items()
    assert {name: answer.get(name) for name in headers} == headers
    assert SECRET not in answer.content.decode()


def test_problem_handler_leaves_faults_to_django() -> None:
    assert problem_handler(ZeroDivisionError(), {"request": RequestFactory().get("/")}) is None


def test_request_id_is_on_every_page(client: Any) -> None:
    assert len(client.get("/api/v1/problems/not-found")["X-Request-ID"]) == 32
    assert request_id(RequestFactory().get("/")) == ""


@pytest.mark.parametrize("slug", sorted(TYPES))
def test_problem_page_says_what_to_do(client: Any, slug: str) -> None:
    answer = client.get(f"/api/v1/problems/{slug}")

    assert answer.status_code == 200
    assert TYPES[slug].title in answer.content.decode()


def test_problem_page_of_an_unknown_type_is_not_found(client: Any) -> None:
    assert client.get("/api/v1/problems/no-such-problem").status_code == 404


def test_problem_types_are_told_apart() -> None:
    assert {kind.slug for kind in BY_STATUS.values()} <= set(TYPES)
    assert all(int(kind.status) == status for status, kind in BY_STATUS.items())
    assert len({kind.title for kind in TYPES.values()}) == len(TYPES)
