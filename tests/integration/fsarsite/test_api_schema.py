"""The OpenAPI document: valid, complete, and true."""

from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

from proposals.api.endpoint import Endpoint
from proposals.api.problems import MEDIA_TYPE
from tests.factories import create_user
from tests.factories.clients import create_client

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("schema") / "schema.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(path))
    parsed: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return parsed


def _operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {address}", operation)
        for address, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def _endpoints() -> set[tuple[str, str]]:
    """Method and route of every address that is an Endpoint, from the URL configuration."""

    def walk(patterns: list[Any], before: str) -> set[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        for each in patterns:
            route = before + str(each.pattern)
            if isinstance(each, URLResolver):
                found |= walk(each.url_patterns, route)
            elif isinstance(each, URLPattern) and issubclass(getattr(each.callback, "cls", object), Endpoint):
                found |= {(name, route) for name in METHODS if hasattr(each.callback.cls, name)}
        return found

    return walk(get_resolver().url_patterns, "")


def test_schema_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")


def test_schema_has_every_address_and_method(document: dict[str, Any]) -> None:
    assert len(_operations(document)) == len(_endpoints())


def test_schema_operations_are_told_in_full(document: dict[str, Any]) -> None:
    for name, operation in _operations(document):
        responses = operation["responses"]
        assert operation["summary"], name
        assert {"401", "403"} <= set(responses), name
        scopes = [scope for each in operation["security"] for scope in each.get("key", [])]
        assert len(scopes) == 1, f"{name}: which scope does a key need?"
        for status, response in responses.items():
            contents = response.get("content", {})
            if int(status) >= 400:
                assert list(contents) == [MEDIA_TYPE], (name, status)
                assert contents[MEDIA_TYPE]["examples"], (name, status)


def test_schema_bodies_have_examples(document: dict[str, Any]) -> None:
    for name, operation in _operations(document):
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            assert content.get("examples"), (name, media_type)


def test_schema_answers_have_examples(document: dict[str, Any]) -> None:
    for name, operation in _operations(document):
        for status, response in operation["responses"].items():
            for media_type, content in response.get("content", {}).items():
                assert content.get("examples"), (name, status, media_type)


def test_schema_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in _operations(document)]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("address", ["/api/v1/schema/", "/api/v1/docs/"])
def test_schema_and_its_page_are_open_to_all(client: Any, address: str) -> None:
    answer = client.get(address)

    assert answer.status_code == 200


def test_docs_page_loads_nothing_from_elsewhere(client: Any) -> None:
    page = client.get("/api/v1/docs/").content.decode()

    assert "swagger-ui" in page
    assert "https://" not in page


@pytest.mark.django_db
def test_every_list_answers_with_a_page() -> None:
    client = create_client(create_user())

    for method, route in sorted(_endpoints()):
        if method == "get" and "<" not in route:
            answer = client.get(f"/{route}")
            assert answer.status_code == 200, route
