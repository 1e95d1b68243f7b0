"""Every fault is caught, and what only sounds dangerous goes through.

`pytest -s tests/unit/proposals/gate/test_mutations.py` prints the figures.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from proposals.gate import Outcome

from .decoys import FILE_DECOYS, PLAN_DECOYS, file_decoys
from .mutations import CLEAN, FAULTS, Mutants
from .proposed import file_of, plan_of, verdict_of


@pytest.mark.parametrize(("path", "content"), CLEAN.items(), ids=CLEAN)
def test_clean_file_is_cleared(path: str, content: str) -> None:
    verdict = verdict_of(file_of(path, content))

    assert verdict.outcome is Outcome.CLEARED, verdict.headline


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_stops_every_clean_file(fault: Callable[[str, str], Mutants]) -> None:
    mutants = [mutant for path, content in CLEAN.items() for mutant in fault(path, content)]

    missed = [mutant for mutant in mutants if not verdict_of(file_of(*mutant)).is_stopped]

    print(f"{fault.__name__}: {len(mutants) - len(missed)} of {len(mutants)} caught")
    assert not missed


def test_decoys_are_not_stopped() -> None:
    decoys = [file_of(path, content) for path, content in file_decoys()] + [plan_of(text) for text in PLAN_DECOYS]

    stopped = [verdict.headline for decoy in decoys if (verdict := verdict_of(decoy)).is_stopped]

    print(f"decoys: {len(stopped)} of {len(decoys)} stopped")
    assert not stopped


@pytest.mark.parametrize(("path", "content"), FILE_DECOYS)
def test_file_decoy_is_not_stopped(path: str, content: str) -> None:
    verdict = verdict_of(file_of(path, content))

    assert not verdict.is_stopped, verdict.headline


@pytest.mark.parametrize("text", PLAN_DECOYS)
def test_plan_decoy_is_cleared(text: str) -> None:
    verdict = verdict_of(plan_of(text))

    assert verdict.outcome is Outcome.CLEARED, verdict.headline
