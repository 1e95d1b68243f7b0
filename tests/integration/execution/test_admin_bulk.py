"""Retrying, requeueing and cancelling all tasks that match a filter."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from execution.admin import bulk
from execution.admin.bulk import BULK_ACTIONS, intervene_in_all
from execution.models import ExecutionTask
from execution.services.bulk import Seen
from execution.services.interventions import cancel_task
from execution.states import TaskStatus
from proposals.models import User
from proposals.services import service_account
from tests.factories import create_user
from tests.factories.browsers import log_in
from tests.integration.execution.probing import history, queue_probes

pytestmark = pytest.mark.django_db

TASKS = "/admin/execution/executiontask/"
REASON = "The cause is known and mended."


def _address(name: str, query: str = "") -> str:
    return f"{TASKS}bulk/{name}/?{query}"


def _failed(number: int) -> list[ExecutionTask]:
    return queue_probes(number, status=TaskStatus.FAILED, finished_at=timezone.now(), attempts=3)


def _rows(client: Client, address: str) -> str:
    found = re.search(r'name="rows" value="([^"]*)"', client.get(address).content.decode())
    assert found, "the page asks nothing"
    return found[1]


def _post(client: Client, address: str, note: str = REASON) -> Any:
    return client.post(address, {"note": note, "rows": _rows(client, address)}, follow=True)


def _statuses(tasks: list[ExecutionTask]) -> list[str]:
    return list(
        ExecutionTask.objects.filter(pk__in=[task.pk for task in tasks]).order_by("id").values_list("status", flat=True)
    )


def test_bulk_page_says_how_many_of_what_and_what_will_happen() -> None:
    _failed(3)
    queue_probes(2)

    page = log_in().get(_address("cancel", "kind__exact=probe")).content.decode()
    narrowed = log_in().get(_address("retry", "status__exact=queued")).content.decode()

    assert "Cancel 5 tasks?" in page
    assert "<strong>3</strong> failed, probe" in page
    assert "<strong>2</strong> queued, probe" in page
    assert "for good" in page
    assert "Nothing to retry" in narrowed


@pytest.mark.parametrize(("name", "after"), [("retry", "queued"), ("cancel", "cancelled")])
def test_bulk_post_acts_on_each_that_matches_and_writes_the_reason_into_its_history(name: str, after: str) -> None:
    tasks = _failed(2)
    (other,) = queue_probes(1)

    page = _post(log_in(), _address(name, "status__exact=failed")).content.decode()

    assert _statuses(tasks) == [after, after]
    assert _statuses([other]) == ["queued"]
    assert [task.events.get().note for task in tasks] == [REASON, REASON]
    assert f"2 {BULK_ACTIONS[name].done}." in page


def test_bulk_post_skips_what_changed_since_the_page_was_made() -> None:
    first, second = queue_probes(2)
    client, address = log_in(), _address("cancel", "status__exact=queued")
    rows = _rows(client, address)
    ExecutionTask.objects.filter(pk=first.pk).update(fence=7)
    (later,) = queue_probes(1)

    page = client.post(address, {"note": REASON, "rows": rows}, follow=True).content.decode()

    assert _statuses([first, second, later]) == ["queued", "cancelled", "queued"]
    assert "1 cancelled, 1 skipped: changed since the page was made." in page


def test_bulk_post_says_why_others_were_skipped() -> None:
    (task,) = queue_probes(1)
    client, address = log_in(), _address("cancel")
    rows = f"{_rows(client, address)},987654.queued.0"
    client.post(address, {"note": REASON, "rows": rows})

    page = client.post(address, {"note": REASON, "rows": f"{task.pk}.cancelled.0"}, follow=True).content.decode()

    assert "1 skipped: a task that is cancelled cannot become cancelled" in page


def test_bulk_requeue_is_for_what_pauses_and_for_what_lost_its_worker() -> None:
    now = timezone.now()
    (paused,) = queue_probes(1, not_before=now + timedelta(hours=1), attempts=1)
    (lost,) = queue_probes(1, status="running", lease_until=now - timedelta(hours=1), leased_by="gone", attempts=1)
    (spent,) = queue_probes(1, status="running", lease_until=now - timedelta(hours=1), leased_by="gone", attempts=3)
    (alive,) = queue_probes(1, status="running", lease_until=now + timedelta(hours=1), leased_by="here", attempts=1)

    page = _post(log_in(), _address("requeue")).content.decode()

    assert _statuses([paused, lost, spent, alive]) == ["queued", "queued", "running", "running"]
    assert not ExecutionTask.objects.filter(pk=paused.pk, not_before__isnull=False).exists()
    assert history(lost) == ["requeued"]
    assert "2 queued again, 1 skipped: its last attempt ran" in page


@pytest.mark.parametrize("name", BULK_ACTIONS)
def test_bulk_by_whoever_may_only_look_is_refused(name: str) -> None:
    tasks = _failed(1)
    robot = service_account("robot")
    User.objects.filter(pk=robot.pk).update(is_staff=True, is_superuser=True)
    form = {"note": REASON, "rows": f"{tasks[0].pk}.failed.0"}

    for user in (create_user(groups=["Viewers"]), User.objects.get(pk=robot.pk)):
        client = log_in(user)
        assert [client.get(_address(name)).status_code, client.post(_address(name), form).status_code] == [403, 403]
        assert "fs-matching" not in client.get(TASKS).content.decode()
    assert Client().post(_address(name), form)["Location"].startswith("/admin/login/")
    assert _statuses(tasks) == ["failed"]


@pytest.mark.parametrize("note", ["", "too short"])
def test_bulk_post_without_a_reason_asks_again_for_the_same_tasks(note: str) -> None:
    tasks = _failed(1)

    answer = _post(log_in(), _address("cancel"), note)

    assert answer.status_code == 200
    assert f'value="{tasks[0].pk}.failed.0"' in answer.content.decode()
    assert _statuses(tasks) == ["failed"]


@pytest.mark.parametrize("rows", ["", "1", "1.failed", "x.failed.0", "1.failed.0.0", "1.failed.0," * 9000])
def test_bulk_post_that_came_back_incomplete_changes_nothing(rows: str) -> None:
    tasks = _failed(1)

    page = log_in().post(_address("cancel"), {"note": REASON, "rows": rows}, follow=True).content.decode()

    assert "Nothing was changed" in page
    assert _statuses(tasks) == ["failed"]


@pytest.mark.parametrize("query", ["nonsense=1", "queued_at_from_0=yesterday", "status__exact=failed&x__y=1"])
def test_bulk_of_a_filter_that_makes_no_sense_leads_back(query: str) -> None:
    page = log_in().get(_address("cancel", query), follow=True).content.decode()

    assert "Nothing was changed: the list cannot be filtered like that." in page


def test_bulk_takes_the_oldest_up_to_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "LIMIT", 2)
    tasks = queue_probes(3)
    client = log_in()

    shown = client.get(_address("cancel")).content.decode()
    _post(client, _address("cancel"))

    assert "more match" in shown
    assert _statuses(tasks) == ["cancelled", "cancelled", "queued"]


def test_bulk_that_takes_too_long_says_how_many_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "SECONDS", -1.0)
    tasks = queue_probes(3)

    page = _post(log_in(), _address("cancel")).content.decode()

    assert "3 left" in page
    assert _statuses(tasks) == ["queued"] * 3


def test_ticked_tasks_are_asked_about_as_well() -> None:
    tasks = queue_probes(3)
    form = {"action": "cancel_selected", "_selected_action": [tasks[0].pk, tasks[2].pk]}

    shown = log_in().post(TASKS, form, follow=True)

    assert "Cancel 2 tasks?" in shown.content.decode()
    assert _statuses(tasks) == ["queued"] * 3


@pytest.mark.django_db(transaction=True)
def test_bulk_by_two_at_once_cancels_each_task_once() -> None:
    tasks = queue_probes(4)
    rows, people = [Seen.of(task) for task in tasks], [create_user(), create_user()]
    barrier, said = threading.Barrier(2), []

    def cancel(by: User) -> None:
        try:
            barrier.wait()
            said.append(intervene_in_all(BULK_ACTIONS["cancel"], rows, by=by, note=REASON))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=cancel, args=[by]) for by in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(int(each.split()[0]) for each in said) == 4
    assert [history(task) for task in tasks] == [["cancelled"]] * 4


def test_bulk_leaves_what_a_single_cancel_took() -> None:
    tasks = queue_probes(2)
    client, address = log_in(), _address("cancel")
    rows = _rows(client, address)
    cancel_task(task_id=tasks[0].pk, by=create_user())

    page = client.post(address, {"note": REASON, "rows": rows}, follow=True).content.decode()

    assert "1 cancelled, 1 skipped: changed since the page was made." in page
