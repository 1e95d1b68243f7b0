"""The figures of the tasks, and that each leads to the tasks that it counts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from execution.kpis import Span, task_kpis
from execution.models import ExecutionTask
from execution.states import TaskStatus
from tests.factories import create_user
from tests.factories.browsers import log_in
from tests.factories.tasks import create_task

pytestmark = pytest.mark.django_db
PAGE = "/admin/execution/executiontask/kpis/"


@pytest.fixture
def noon() -> datetime:
    return timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=2)


@pytest.fixture
def root() -> ExecutionTask:
    return create_task()


def _ended(
    root: ExecutionTask, at: datetime, kind: str, status: TaskStatus, number: int, *, seconds: float = 10, **given: Any
) -> None:
    started = at + timedelta(seconds=seconds)
    ExecutionTask.objects.bulk_create(
        ExecutionTask(
            proposal=root.proposal,
            parent=root,
            type=root.type,
            kind=kind,
            description=f"{kind} {status}",
            status=status,
            queued_at=at,
            started_at=started,
            finished_at=started + timedelta(seconds=2 * seconds),
            **given,
        )
        for _ in range(number)
    )


def test_task_kpis_count_what_ended_and_rank_only_where_there_is_enough(
    noon: datetime, root: ExecutionTask, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _ended(root, noon, "sql", TaskStatus.SUCCEEDED, 15)
    _ended(root, noon, "sql", TaskStatus.ROLLED_BACK, 3)
    _ended(root, noon, "sql", TaskStatus.FAILED, 2, seconds=100)
    _ended(root, noon, "file", TaskStatus.SUCCEEDED, 30)
    _ended(root, noon, "plan", TaskStatus.SUCCEEDED, 19)
    _ended(root, noon - timedelta(days=40), "sql", TaskStatus.FAILED, 4)
    ExecutionTask.objects.filter(kind="plan", pk__gt=0).update(ai_model="m")
    today = timezone.localdate()

    with django_assert_num_queries(1):
        by_kind = task_kpis("kind", Span(today - timedelta(days=9), today))

    assert [(each.key, each.is_enough) for each in by_kind] == [("file", True), ("sql", True), ("plan", False)]
    sql = by_kind[1]
    assert (sql.ended, sql.succeeded, sql.failed, sql.rolled_back) == (20, 15, 2, 3)
    assert (sql.share, sql.per_day) == (0.75, 2.0)
    assert sql.wait == pytest.approx((10, 100, 100), abs=5)
    assert sql.run == pytest.approx((20, 200, 200), abs=10)
    assert [each.key for each in task_kpis("model", Span(today - timedelta(days=9), today))] == ["", "m"]


@pytest.mark.parametrize("by", ["kind", "type", "model"])
def test_every_number_of_the_page_leads_to_that_many_tasks(noon: datetime, root: ExecutionTask, by: str) -> None:
    for status, number in ((TaskStatus.SUCCEEDED, 3), (TaskStatus.FAILED, 2), (TaskStatus.ROLLED_BACK, 1)):
        _ended(root, noon, "sql", status, number)
        _ended(root, noon, "file", status, number, ai_model="a/b:7 &c")
    _ended(root, noon, "sql", TaskStatus.CANCELLED, 5)
    _ended(root, noon - timedelta(days=40), "sql", TaskStatus.FAILED, 4)
    client = log_in()

    page = client.get(f"{PAGE}?by={by}").content.decode()
    linked = re.findall(r'<a href="(/admin/execution/executiontask/\?[^"]+finished_at[^"]+)">([^<]+)</a>', page)

    assert len(linked) == 4 * (1 if by == "type" else 2)
    for link, number in linked:
        rows = _rows(client, unescape(link))
        assert rows if "%" in number else rows == int(number)


def _rows(client: Client, link: str) -> int:
    answer = client.get(link)
    assert answer.status_code == 200, link
    return int(answer.context["cl"].result_count)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=2026-02-02&until=2026-02-01", "before the first"),
        ("since=1000-01-01", "From 2000 on"),
        ("since=x", "valid date"),
        ("until=9999-12-31&since=9999-12-01", "too late"),
        ("by=%00", "not one of the available choices"),
        ("since=2001-01-01&until=2001-01-02", "Nothing ended"),
    ],
)
def test_page_says_what_is_wrong_or_that_nothing_ended(query: str, said: str) -> None:
    page = log_in(create_user(groups=["Viewers"])).get(f"{PAGE}?{query}")

    assert page.status_code == 200
    assert said in page.content.decode()
