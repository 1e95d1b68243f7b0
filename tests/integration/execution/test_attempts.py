"""How long each attempt of a task waited and ran."""

from __future__ import annotations

import pytest
from django.utils import timezone

from execution.failures import TransientFailure
from execution.handlers import Execution
from execution.models import TaskPhase
from execution.services.runs import fail_task, finish_task, start_task
from execution.timeline import attempts_of
from tests.factories import create_user
from tests.factories.browsers import log_in
from tests.factories.clients import create_client
from tests.factories.tasks import create_task, lease_task

pytestmark = pytest.mark.django_db


def test_attempts_tell_wait_and_run_of_each() -> None:
    task = lease_task(create_task())
    start_task(task.pk, task.fence)
    fail_task(task.pk, task.fence, TransientFailure("busy"), permanent=False)
    task.refresh_from_db()
    lease_task(task)
    start_task(task.pk, task.fence)
    finish_task(task.pk, task.fence, Execution(result={}))

    first, second = attempts_of(task.events.order_by("id"))

    assert [(each.number, each.outcome) for each in (first, second)] == [(1, "requeued"), (2, "succeeded")]
    assert all(each.waited is not None and each.waited >= 0 for each in (first, second))
    assert all(each.ran is not None and each.ran >= 0 for each in (first, second))
    page = log_in().get(f"/admin/execution/executiontask/{task.pk}/change/").content.decode()
    assert "Attempt 2, waited" in page


def test_attempts_are_told_with_their_phases_over_the_api() -> None:
    task, now = lease_task(create_task()), timezone.now()
    start_task(task.pk, task.fence)
    TaskPhase.objects.create(task=task, attempt=1, name="rehearse", started_at=now, ended_at=now, milliseconds=7)
    TaskPhase.objects.create(task=task, attempt=1, name="apply", started_at=now)
    fail_task(task.pk, task.fence, TransientFailure("busy"), permanent=False)

    told = create_client(create_user(groups=["Viewers"])).get(f"/api/v1/tasks/{task.public_id}/").json()["timeline"]

    assert [(each["number"], each["outcome"], each["said"][:4]) for each in told] == [
        (1, "requeued", "busy"),
        (2, "", ""),
    ]
    assert [(each["name"], each["milliseconds"]) for each in told[0]["phases"]] == [("rehearse", 7), ("apply", None)]
    assert (told[1]["started_at"], told[1]["phases"]) == (None, [])
