from __future__ import annotations

import pytest

from execution.models import ExecutionTask
from execution.services.outcome import outcome_of
from execution.states import TaskStatus
from proposals.states import Status

S = TaskStatus
SQL, FILE, PERSON, IDEA = (
    ExecutionTask.Kind.SQL,
    ExecutionTask.Kind.FILE,
    ExecutionTask.Kind.PERSON,
    ExecutionTask.Kind.IDEA,
)


@pytest.mark.parametrize(
    ("leaves", "outcome"),
    [
        ([], None),
        ([(SQL, S.QUEUED)], None),
        ([(SQL, S.RUNNING), (FILE, S.SUCCEEDED)], None),
        ([(SQL, S.SUCCEEDED)], Status.EXECUTED),
        ([(SQL, S.SUCCEEDED), (PERSON, S.WAITING)], Status.EXECUTED),
        ([(SQL, S.SUCCEEDED), (FILE, S.CANCELLED)], Status.EXECUTED),
        ([(PERSON, S.WAITING), (PERSON, S.SUCCEEDED)], None),
        ([(PERSON, S.SUCCEEDED), (IDEA, S.SUCCEEDED)], Status.EXECUTED),
        ([(IDEA, S.WAITING)], None),
        ([(SQL, S.FAILED), (FILE, S.QUEUED)], Status.FAILED),
        ([(SQL, S.CANCELLED)], Status.FAILED),
        ([(SQL, S.CANCELLED), (PERSON, S.CANCELLED)], Status.FAILED),
        ([(SQL, S.ROLLED_BACK)], Status.ROLLED_BACK),
        ([(SQL, S.ROLLED_BACK), (PERSON, S.WAITING)], Status.ROLLED_BACK),
        ([(SQL, S.ROLLED_BACK), (FILE, S.FAILED)], Status.ROLLED_BACK),
        ([(SQL, S.ROLLED_BACK), (FILE, S.SUCCEEDED)], None),
        ([(SQL, S.ROLLED_BACK), (FILE, S.QUEUED)], None),
    ],
)
def test_outcome_of_leaf_tasks(leaves: list[tuple[str, str]], outcome: Status | None) -> None:
    assert outcome_of(leaves) == outcome
