"""Listing over the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from proposals.models import Proposal
from proposals.states import Status
from tests.factories import create_proposal, create_report, file_proposal, submit
from tests.factories.clients import PROPOSALS, assert_problem

pytestmark = pytest.mark.django_db


def _ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def _submit_many(count: int) -> list[str]:
    """Report ids, the newest first."""
    for number in range(count):
        submit(create_report(id=f"fsar_{number:03}", block_execution=True))
    return [f"fsar_{number:03}" for number in reversed(range(count))]


def test_list_pages_by_cursor_without_gap_or_double(viewer: APIClient) -> None:
    wanted = _submit_many(7)

    seen, address = [], f"{PROPOSALS}?page_size=3"
    while address:
        answer = viewer.get(address)
        seen.append(_ids(answer))
        address = answer.json()["next"]

    assert seen == [wanted[:3], wanted[3:6], wanted[6:]]


def test_list_pages_stay_while_rows_are_added(viewer: APIClient) -> None:
    wanted = _submit_many(4)
    first = viewer.get(f"{PROPOSALS}?page_size=2").json()
    create_proposal()

    second = viewer.get(first["next"])

    assert _ids(second) == wanted[2:]
    assert _ids(viewer.get(second.json()["previous"])) == wanted[:2]


def test_list_page_has_at_most_200_rows(viewer: APIClient) -> None:
    proposal = create_proposal()
    Proposal.objects.bulk_create(_copy(proposal, number) for number in range(210))

    assert len(_ids(viewer.get(f"{PROPOSALS}?page_size=1000"))) == 200
    assert len(_ids(viewer.get(PROPOSALS))) == 50


def _copy(proposal: Proposal, number: int) -> Proposal:
    row = Proposal.objects.get(pk=proposal.pk)
    row.pk, row.report_id = None, f"copy_{number}"
    return row


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("status=blocked", ["plan", "shop"]),
        ("status=returned", ["broken"]),
        ("status=returned&status=needs_mitigation", ["broken", "careful"]),
        ("band=block", ["plan", "shop"]),
        ("type=idea_implementation", ["broken", "shop"]),
        ("opportunity=Seed%20Shop", ["broken", "shop"]),
        ("opportunity=seed", []),
        ("min_severity=30", ["careful"]),
        ("q=JOURNAL%20keep", ["careful", "plan"]),
        ("q=shop/index.html", ["shop"]),
        ("q=%25", []),
        ("submitted_by=test-agent&status=blocked", ["plan", "shop"]),
        ("submitted_by=nobody", []),
        ("submitted_after=2000-01-01T00:00:00Z", ["broken", "careful", "plan", "shop"]),
        ("submitted_before=2000-01-01T00:00:00Z", []),
        ("status=blocked&type=self_improvement&q=journal", ["plan"]),
    ],
)
def test_list_filter_narrows(viewer: APIClient, query: str, wanted: list[str]) -> None:
    create_proposal(Status.RETURNED, id="broken")
    create_proposal(Status.NEEDS_MITIGATION, id="careful")
    create_proposal(id="plan")
    create_proposal(id="shop", proposal=file_proposal("shop/index.html", "<!doctype html>\n<title>Seeds</title>\n"))

    answer = viewer.get(f"{PROPOSALS}?{query}")

    assert sorted(_ids(answer)) == wanted


def test_list_filter_by_time_includes_the_start_only(viewer: APIClient) -> None:
    proposal = create_proposal()
    moment, later = proposal.submitted_at, proposal.submitted_at + timedelta(microseconds=1)

    assert _ids(viewer.get(PROPOSALS, {"submitted_after": moment.isoformat()})) == [proposal.report_id]
    assert _ids(viewer.get(PROPOSALS, {"submitted_before": moment.isoformat()})) == []
    assert _ids(viewer.get(PROPOSALS, {"submitted_after": later.isoformat()})) == []


@pytest.mark.parametrize(
    "query",
    [
        "status=blokced",
        "statsu=blocked",
        "band=red",
        "type=sql",
        "min_severity=1e400",
        "min_severity=-1",
        "min_severity=" + "9" * 5000,
        "submitted_after=yesterday",
        "submitted_after=2026-99-01T00:00:00Z",
        "q=%00",
        "opportunity=a%00b",
        "page_size=0",
        "page_size=-5",
        "page_size=many",
        "page_size=%D9%A3",
        "cursor=nonsense",
        "cursor=%FF%FE",
        "cursor=cD1hYmM=",  # p=abc
        "cursor=cD0lMDA=",  # p=%00
    ],
)
def test_list_wrong_parameter_is_named(viewer: APIClient, query: str) -> None:
    answer = viewer.get(f"{PROPOSALS}?{query}")

    problem = assert_problem(answer, 400, "request-invalid")
    assert [error["parameter"] for error in problem["errors"]] == [query.split("=", maxsplit=1)[0]]


@pytest.mark.parametrize("query", ["cursor=cD0xMg==", "cursor=cD05OTk5OTk5OTk5OTk5OTk5OTk=", "cursor=bz05OTk5OTk5"])
def test_list_cursor_past_all_rows_is_an_empty_or_whole_page(viewer: APIClient, query: str) -> None:
    assert viewer.get(f"{PROPOSALS}?{query}").status_code == 200


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00Z"])
def test_list_time_at_the_ends_of_the_calendar_is_no_fault(viewer: APIClient, moment: str) -> None:
    answer = viewer.get(f"{PROPOSALS}?submitted_after={moment}")

    assert answer.status_code in {200, 400}


def test_list_takes_the_same_queries_for_5_and_20_rows(viewer: APIClient) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            viewer.get(f"{PROPOSALS}?page_size=200")
        return len(captured)

    for number in range(5):
        create_proposal(proposal=file_proposal(f"shop/{number}.sql", f"SELECT {number};", f"Shop {number}"))
    few = queries()
    for number in range(15):
        create_proposal(proposal=file_proposal(f"farm/{number}.sql", f"SELECT 1{number};", f"Farm {number}"))
    many = queries()

    assert many == few
    assert few <= 8


def test_list_does_not_read_the_megabytes_it_does_not_show(viewer: APIClient) -> None:
    create_proposal()

    with CaptureQueriesContext(connection) as captured:
        viewer.get(PROPOSALS)

    assert not [query for query in captured if '"received"' in query["sql"]]
