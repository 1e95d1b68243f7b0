import pytest

from proposals.reports import Report


@pytest.fixture
def report() -> Report:
    return Report(
        id="fsar_0001",
        timestamp="2026-03-01T09:30:00.125Z",
        severity=12,
        block_execution=False,
        proposal="implement_idea: Sell gift cards",
        risks=("Cards are redeemed twice", "Support load grows"),
        mitigations=("Redeem under a row lock",),
    )
