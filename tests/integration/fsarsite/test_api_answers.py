"""What every answer of the API has: a tag, compression when asked for, no word for strangers; and the fields wanted."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from proposals.models import Proposal
from tests.factories import create_proposal, create_user
from tests.factories.clients import PROPOSALS, assert_problem, create_client
from tests.factories.tasks import create_task

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal() -> Proposal:
    return create_proposal()


@pytest.fixture
def client() -> Any:
    return create_client(create_user("ada"))


@pytest.mark.parametrize("what", ["", "events/", "report.md", "report.json", "sarif", "questions/"])
def test_unchanged_answer_is_a_304_that_still_tells_the_limit(client: Any, proposal: Proposal, what: str) -> None:
    address = f"{PROPOSALS}{proposal.report_id}/{what}"

    first = client.get(address)
    again = client.get(address, HTTP_IF_NONE_MATCH=first["ETag"])

    assert (again.status_code, again.content) == (304, b"")
    assert {"ETag", "RateLimit", "RateLimit-Policy", "X-Request-ID"} <= set(again.headers)
    assert first["Cache-Control"] == "private, no-cache"
    assert "Authorization" in first["Vary"]


def test_changed_list_has_another_tag(client: Any, proposal: Proposal) -> None:
    first = client.get(PROPOSALS)
    client.post(f"{PROPOSALS}{proposal.report_id}/claim/")

    assert client.get(PROPOSALS, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_refusal_has_no_tag(client: Any) -> None:
    assert "ETag" not in client.get(f"{PROPOSALS}nothing/")


def test_answer_is_compressed_for_who_asks(client: Any, proposal: Proposal) -> None:
    address = f"{PROPOSALS}{proposal.report_id}/"

    plain, packed = client.get(address), client.get(address, HTTP_ACCEPT_ENCODING="gzip")

    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in packed["Vary"]
    assert client.get(address, HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=packed["ETag"]).status_code == 304


def test_pages_beyond_the_api_are_not_compressed() -> None:
    answer = Client().get("/admin/login/", HTTP_ACCEPT_ENCODING="gzip")

    assert len(answer.content) > 1000
    assert "Content-Encoding" not in answer


@pytest.mark.parametrize("method", ["get", "post", "options"])
def test_pages_of_other_origins_are_told_nothing(client: Any, method: str) -> None:
    answer = getattr(client, method)(PROPOSALS, HTTP_ORIGIN="https://elsewhere.example")

    assert not [name for name in answer.headers if name.startswith("Access-Control-")]


def test_fields_that_are_wanted(client: Any, proposal: Proposal) -> None:
    listed = client.get(PROPOSALS, {"fields": "id,status"}).json()["results"]
    one = client.get(f"{PROPOSALS}{proposal.report_id}/", {"fields": "status"}).json()

    assert listed == [{"id": proposal.report_id, "status": "blocked"}]
    assert one == {"status": "blocked"}


@pytest.mark.parametrize("fields", ["", "id,", "nothing", "id,received,text", "id\x00"])
@pytest.mark.parametrize("is_list", [True, False])
def test_field_that_there_is_not_is_refused(client: Any, proposal: Proposal, fields: str, is_list: bool) -> None:
    address = PROPOSALS if is_list else f"{PROPOSALS}{proposal.report_id}/"

    problem = assert_problem(client.get(address, {"fields": fields}), 400, "request-invalid")

    assert problem["errors"][0]["parameter"] == "fields"


def test_fields_of_a_write_are_all(client: Any, proposal: Proposal) -> None:
    answer = client.post(f"{PROPOSALS}{proposal.report_id}/claim/?fields=id")

    assert {"id", "status", "assessment"} <= set(answer.json())


def test_every_address_that_says_so_takes_fields(client: Any, proposal: Proposal) -> None:
    task = create_task()
    document = APIClient().get("/api/v1/schema/", {"format": "json"}).json()
    taking = [
        address
        for address, methods in document["paths"].items()
        if any(each["name"] == "fields" for each in methods.get("get", {}).get("parameters", []))
    ]
    places = {"{report_id}": proposal.report_id, "{public_id}": str(task.public_id)}
    addresses = [re.sub(r"\{\w+\}", lambda hole: places[hole[0]], each) for each in taking]

    told = {each: client.get(each, {"fields": "no_such_field"}) for each in addresses}

    assert len(told) > 10
    assert {each: answer.status_code for each, answer in told.items()} == dict.fromkeys(addresses, 400)
    assert {answer.json()["errors"][0]["parameter"] for answer in told.values()} == {"fields"}
