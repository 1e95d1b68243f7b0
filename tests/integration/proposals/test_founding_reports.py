"""What the gate makes of the five founding reports. Collected only where they are (see conftest.py)."""

import io

import pytest
from django.core.management import call_command

from proposals.models import Finding, Proposal
from proposals.states import Status
from tests.integration.proposals.conftest import SHARED

OUTCOMES = {
    "fsar_42436ff6-822f-4a21-b7c9-23010b30517e": Status.CLEARED,
    "fsar_5c610a07-4507-483c-80a1-4a95248848f8": Status.BLOCKED,
    "fsar_19235936-4ce0-4fb4-81a2-2395c26027cf": Status.BLOCKED,
    "fsar_d86d45b0-b043-4bb6-9990-a417338b08ef": Status.BLOCKED,
    "fsar_3f4f1333-91c8-4a6d-89bc-a193ce80357e": Status.RETURNED,
}


@pytest.fixture
def printed(db: None) -> str:
    out = io.StringIO()
    call_command("import_reports", str(SHARED / "reports"), stdout=out)
    return out.getvalue()


def test_import_of_the_founding_reports_gives_the_outcomes(printed: str) -> None:
    assert dict(Proposal.objects.values_list("report_id", "status")) == OUTCOMES
    for report_id, status in OUTCOMES.items():
        assert f"{report_id}: {status.value}\n" in printed


@pytest.mark.parametrize("report_id", [name for name, status in OUTCOMES.items() if status is Status.BLOCKED])
def test_blocked_founding_report_says_that_the_block_is_its_own_and_what_calls_for_caution(
    printed: str, report_id: str
) -> None:
    rules = set(Finding.objects.filter(assessment__proposals__report_id=report_id).values_list("rule_id", flat=True))

    assert "envelope/reported-block" in rules
    assert {"caution/negated-danger", "caution/schema-change"} <= rules


def test_returned_founding_report_has_its_syntax_finding_on_the_line(printed: str) -> None:
    finding = Finding.objects.get(assessment__outcome="returned", rule_id="syntax/sql")

    assert (finding.level, finding.artifact, finding.start_line) == ("error", "content", 6)
    assert "content:6: error: SQL: syntax error" in printed
