"""How long each attempt of a task waited and ran."""

from __future__ import annotations

import pytest

from execution.failures import TransientFailure
from execution.handlers import Execution
from execution.services.runs import fail_task, finish_task, start_task
from execution.timeline import attempts_of
from tests.factories.browsers import log_in
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
