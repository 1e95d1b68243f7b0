"""Finding tasks in the list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from execution.models import ExecutionTask
from fsarsite.paginator import BoundedPaginator
from tests.factories import create_user
from tests.factories.browsers import log_in
from tests.factories.tasks import create_task
from tests.integration.execution.probing import queue_probes

pytestmark = pytest.mark.django_db

TASKS = "/admin/execution/executiontask/"


FOUND = {
    "trouble=expired": {"is lost"},
    "trouble=late": {"is old"},
    "trouble=paused": {"is paused"},
    "trouble=overdue": {"is due"},
    "trouble=stale": set(),
    "trouble=nonsense": {"is lost", "is old", "is paused", "is due"},
    "tries=none": {"is old", "is due"},
    "tries=one": {"is lost"},
    "tries=more": {"is paused"},
    "tries=spent": {"is paused"},
    "ai_model=drafter": {"is old"},
    "status__exact=running": {"is lost"},
    "kind__exact=sql": set(),
    "queued_at_to_0=2020-01-01": {"is old"},
    "queued_at_from_0=2020-01-01&queued_at_from_1=12:30": {"is lost", "is paused", "is due"},
    "assigned=nobody": {"is due"},
    "q=is paused": {"is paused"},
}


def _found(client: Client, query: str) -> set[str]:
    """The descriptions of the probes that the list shows."""
    shown: Any = client.get(f"{TASKS}?{query}")
    assert shown.status_code == 200, shown["Location"]
    return {task.description for task in shown.context_data["cl"].result_list if task.description.startswith("is ")}


def test_task_list_filters_narrow() -> None:
    now, long_ago = timezone.now(), datetime(2020, 1, 1, 12, tzinfo=UTC)
    queue_probes(1, description="is lost", status="running", lease_until=now - timedelta(hours=1), attempts=1)
    queue_probes(1, description="is old", queued_at=long_ago, ai_model="drafter")
    queue_probes(1, description="is paused", not_before=now + timedelta(hours=1), attempts=3)
    queue_probes(1, description="is due", status="waiting", due_on=now - timedelta(days=2))
    client = log_in()

    assert {query: _found(client, query) for query in FOUND} == FOUND


def test_task_list_finds_a_task_by_its_id_or_how_that_begins() -> None:
    task, _ = create_task(), create_task()
    client = log_in()

    for term in (str(task.public_id), str(task.public_id)[:8].upper(), task.public_id.hex[:12], str(task.pk)):
        shown = client.get(TASKS, {"q": term}).context_data["cl"].result_list  # type: ignore[attr-defined]
        assert [each.pk for each in shown] == [task.pk]


@pytest.mark.parametrize("term", ["-------", "9" * 40, "ffffffffffff", "'; --", "\u202e"])
def test_task_list_of_what_is_no_id_is_searched_as_text(term: str) -> None:
    create_task()

    assert log_in().get(TASKS, {"q": term}).context_data["cl"].result_count == 0  # type: ignore[attr-defined]


def test_task_list_that_is_empty_says_what_will_be_there() -> None:
    empty = log_in().get(TASKS).content.decode()
    create_task()
    filtered = log_in().get(f"{TASKS}?status__exact=failed").content.decode()

    assert "An approved proposal becomes tasks; they appear here." in empty
    assert "Show the list without search and filters" in filtered


def test_task_list_counts_no_further_than_it_pages(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(BoundedPaginator, "most", 3)
    queue_probes(5)

    page = log_in(create_user()).get(TASKS).content.decode()
    with django_assert_num_queries(1) as asked:
        pages = BoundedPaginator(ExecutionTask.objects.order_by("-id"), 2)
        counted = (pages.count, pages.is_cut, pages.num_pages)

    assert counted == (3, True, 2)
    assert "LIMIT 4" in asked.captured_queries[0]["sql"]
    assert "more than 3" in page
    assert Paginator(ExecutionTask.objects.order_by("-id"), 2).count == 6
