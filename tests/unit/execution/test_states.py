from __future__ import annotations

import itertools

import pytest

from execution.states import ENDED, IN_FLIGHT, TRANSITIONS, InvalidTaskTransition, TaskStatus, ensure_transition

S = TaskStatus
ALLOWED = {
    (S.QUEUED, S.LEASED),
    (S.QUEUED, S.CANCELLED),
    *itertools.product([S.LEASED], [S.RUNNING, S.QUEUED, S.FAILED, S.CANCELLED]),
    *itertools.product([S.RUNNING], [S.SUCCEEDED, S.FAILED, S.WAITING, S.QUEUED, S.CANCELLED]),
    *itertools.product([S.WAITING], [S.QUEUED, S.SUCCEEDED, S.CANCELLED]),
    (S.SUCCEEDED, S.ROLLED_BACK),
    (S.FAILED, S.QUEUED),
    (S.FAILED, S.CANCELLED),
}


@pytest.mark.parametrize(("before", "after"), list(itertools.product(TaskStatus, TaskStatus)))
def test_ensure_transition_over_the_cross_product(before: TaskStatus, after: TaskStatus) -> None:
    if (before, after) in ALLOWED:
        ensure_transition(before, after)
    else:
        with pytest.raises(InvalidTaskTransition) as refused:
            ensure_transition(before, after)

        assert (refused.value.before, refused.value.after) == (before, after)


def test_transitions_have_a_row_for_every_status() -> None:
    assert set(TRANSITIONS) == set(TaskStatus)
    assert not ENDED & IN_FLIGHT
