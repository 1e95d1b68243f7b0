from __future__ import annotations

import itertools

import pytest

from proposals.gate import Outcome
from proposals.states import DECIDABLE, OPEN, TRANSITIONS, WAITING, InvalidTransition, Status, ensure_transition

S = Status
ENDINGS = {S.DUPLICATE, S.REJECTED, S.WITHDRAWN, S.EXPIRED, S.ROLLED_BACK}
DECIDED = {S.APPROVED, S.REJECTED, S.RETURNED, S.WITHDRAWN, S.EXPIRED}
ALLOWED = {
    *itertools.product([S.RECEIVED], [S.RETURNED, S.BLOCKED, S.NEEDS_MITIGATION, S.CLEARED, S.DUPLICATE]),
    *itertools.product([S.BLOCKED, S.NEEDS_MITIGATION, S.CLEARED], DECIDED),
    *itertools.product([S.CLEARED, S.APPROVED], [S.EXECUTED, S.FAILED]),
    *itertools.product([S.RETURNED], [S.WITHDRAWN, S.EXPIRED]),
    *itertools.permutations([S.RETURNED, S.BLOCKED, S.NEEDS_MITIGATION, S.CLEARED], 2),
    (S.EXECUTED, S.ROLLED_BACK),
    (S.FAILED, S.EXECUTED),
    (S.FAILED, S.ROLLED_BACK),
}


@pytest.mark.parametrize(("before", "after"), list(itertools.product(Status, Status)))
def test_ensure_transition_over_the_cross_product(before: Status, after: Status) -> None:
    if (before, after) in ALLOWED:
        ensure_transition(before, after)
    else:
        with pytest.raises(InvalidTransition) as refused:
            ensure_transition(before, after)

        assert (refused.value.before, refused.value.after) == (before, after)


def test_transitions_have_a_row_for_every_status() -> None:
    assert set(TRANSITIONS) == set(Status)
    assert {status for status, after in TRANSITIONS.items() if not after} == ENDINGS


def test_every_outcome_of_the_gate_is_a_status() -> None:
    assert {Status(outcome.value) for outcome in Outcome} == TRANSITIONS[Status.RECEIVED] - {Status.DUPLICATE}


def test_groups_of_states() -> None:
    assert WAITING < DECIDABLE < OPEN
    assert {Status.RETURNED} == OPEN - DECIDABLE
