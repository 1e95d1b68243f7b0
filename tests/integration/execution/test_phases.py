"""What an attempt spends its time on, written down as it goes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.db import transaction

from execution.models import ExecutionTask, TaskPhase
from execution.services.phases import enter_phase, recorded_phases, turn
from tests.factories.tasks import create_task, lease_task

pytestmark = pytest.mark.django_db(transaction=True)
Name = TaskPhase.Name


def _phases(task: ExecutionTask) -> list[tuple[str, bool]]:
    return [(phase.name, phase.ended_at is not None) for phase in task.phases.order_by("id")]


def _attempt_that_ends_by(error: BaseException, task: ExecutionTask) -> list[tuple[str, bool]]:
    """What was to be seen of it from outside while it went on; it works in a transaction that is never committed."""
    with suppress(type(error)), recorded_phases(task), transaction.atomic():
        enter_phase(Name.APPLY)
        with turn(Name.VERIFY, within=Name.APPLY):
            seen = _phases(task)
        enter_phase(Name.COMMIT)
        with turn(Name.VERIFY, within=Name.APPLY):
            raise error
    return seen


def test_phases_outlive_whatever_ends_the_attempt_and_never_end_it() -> None:
    failed, killed = lease_task(create_task()), lease_task(create_task())

    seen = _attempt_that_ends_by(RuntimeError(), failed)
    _attempt_that_ends_by(SystemExit(), killed)
    _attempt_that_ends_by(RuntimeError(), ExecutionTask(pk=987654, attempts=1))
    enter_phase(Name.APPLY)

    assert seen == [("apply", False)]
    assert _phases(failed) == [("apply", True), ("verify", True), ("commit", True)]
    assert _phases(killed) == [("apply", True), ("verify", True), ("commit", False)]
    assert TaskPhase.objects.exclude(task__in=[failed, killed]).count() == 0
