"""A mitigation counts once a check of it ran and passed."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from execution.checks import check_target, ensure_harmless
from proposals.checks import CheckRefused
from proposals.models import MitigationCheck, Proposal
from proposals.services import DecisionRefused, approve_proposal, run_mitigation_check
from proposals.states import Status
from tests.factories import approval_of, create_proposal, create_user, file_proposal
from tests.factories.browsers import log_in, review_url
from tests.integration.execution.effects.target import Target

pytestmark = pytest.mark.django_db
RUNS = file_proposal("ops/list.py", "import os\n\nos.system('ls')\n")
TRUE = "SELECT count(*) = 2 FROM seeds"
FALSE = "SELECT count(*) > 100 FROM seeds"
SAID = "Both seeds are still there."


def fresh(proposal: Proposal) -> Proposal:
    return Proposal.objects.select_related("assessment").get(pk=proposal.pk)


def check(proposal: Proposal, statement: str = TRUE) -> MitigationCheck:
    return run_mitigation_check(proposal_id=proposal.pk, by=create_user(), mitigation=SAID, statement=statement)


@pytest.fixture
def risky() -> Proposal:
    return create_proposal(Status.NEEDS_MITIGATION, proposal=RUNS)


@pytest.mark.parametrize(
    ("statement", "passed", "detail"),
    [
        (TRUE, True, "answered true"),
        (FALSE, False, "answered false"),
        ("SELECT name FROM seeds", False, "something else than one boolean"),
        ("SELECT NULL::boolean", False, "something else than one boolean"),
        ("SELECT true, true", False, "something else than one boolean"),
        ("SELECT a_column_that_is_not_there FROM seeds", False, "does not exist"),
        ("SELECT true;", True, "answered true"),
    ],
)
def test_check_target_passes_only_on_true(unchanging_target: Target, statement: str, passed: bool, detail: str) -> None:
    result = check_target(statement)

    assert result.passed is passed
    assert detail in result.detail


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "DELETE FROM seeds",
        "SELECT true; DELETE FROM seeds",
        "WITH gone AS (DELETE FROM seeds RETURNING 1) SELECT count(*) > 0 FROM gone",
        "SELECT true INTO other FROM seeds",
        "SELECT true FROM seeds FOR UPDATE",
        "SELECT pg_read_file('/etc/passwd') IS NULL",
        "SELECT pg_terminate_backend(1)",
        "SELECT pg_sleep(100) IS NULL",
        "SELECT other.count(1) = 1",
        "SELECT true FROM dblink('host=x', 'y') AS t(a int)",
        "EXPLAIN ANALYZE SELECT true",
        "COPY seeds TO PROGRAM 'id'",
        "SELECT nextval('seeds_id_seq') > 0",
        "SELECT true -- " + "x" * 5000,
    ],
)
def test_ensure_harmless_refuses_everything_but_one_plain_select(statement: str) -> None:
    with pytest.raises(CheckRefused):
        ensure_harmless(statement)


def test_check_that_passes_lowers_the_band_and_releases_nothing(target: Target, risky: Proposal) -> None:
    ran = check(risky)

    after = fresh(risky)
    assert after.assessment
    assert ran.passed
    assert (after.status, after.band, after.assessment.is_mitigated) == (Status.CLEARED, "clear", True)
    assert "check ran and passed" in after.assessment.decided_by
    assert not after.events.filter(name="released").exists()

    approve_proposal(**approval_of(after), by=create_user(), note="Checked and seen.")
    assert fresh(risky).status == Status.APPROVED


def test_check_that_fails_lowers_nothing_and_takes_back_what_passed(target: Target, risky: Proposal) -> None:
    check(risky, FALSE)
    assert fresh(risky).status == Status.NEEDS_MITIGATION

    check(risky)
    assert fresh(risky).status == Status.NEEDS_MITIGATION  # the other check still says no


def test_check_that_is_refused_leaves_no_trace(target: Target, risky: Proposal) -> None:
    with pytest.raises(CheckRefused, match="one SELECT"):
        check(risky, "DROP TABLE seeds")

    assert not MitigationCheck.objects.exists()
    assert fresh(risky).assessment_id == risky.assessment_id


def test_check_without_a_target_lowers_nothing(settings: object, risky: Proposal) -> None:
    settings.TARGET_DATABASE_URL = ""  # type: ignore[attr-defined]

    with pytest.raises(CheckRefused, match="no target database"):
        check(risky)

    assert fresh(risky).status == Status.NEEDS_MITIGATION


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        (Status.BLOCKED, {"block_execution": True}),
        (Status.BLOCKED, {"block_execution": False, "proposal": file_proposal("a.sql", "DROP TABLE seeds;")}),
        (Status.NEEDS_MITIGATION, {"proposal": "self_improvement: Rest. [fsar_review]"}),
    ],
)
def test_check_never_lowers_a_block_or_a_marker(target: Target, status: Status, fields: dict[str, object]) -> None:
    proposal = create_proposal(status, **fields)

    check(proposal)

    assert fresh(proposal).status == status


def test_check_is_for_operators_and_undecided_proposals(target: Target, risky: Proposal) -> None:
    viewer, decided = create_user(groups=["Viewers"]), create_proposal(Status.REJECTED, proposal=RUNS + " ")

    with pytest.raises(DecisionRefused, match="Operators"):
        run_mitigation_check(proposal_id=risky.pk, by=viewer, mitigation=SAID, statement=TRUE)
    with pytest.raises(DecisionRefused, match="nothing to mitigate"):
        check(decided)


def test_check_rows_are_append_only(target: Target, risky: Proposal) -> None:
    ran = check(risky, FALSE)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        MitigationCheck.objects.filter(pk=ran.pk).update(passed=True)


def test_review_page_runs_a_check(target: Target, risky: Proposal) -> None:
    client, url = log_in(), f"/admin/proposals/proposal/{risky.pk}/check/"

    form = client.get(review_url(risky)).content.decode()
    refused = client.post(url, {"mitigation": SAID, "statement": "DROP TABLE seeds"}, follow=True).content.decode()
    passed = client.post(url, {"mitigation": SAID, "statement": TRUE}, follow=True).content.decode()

    assert "Run the check" in form
    assert "Nothing ran: a check is one SELECT" in refused
    assert "Passed. The target answered true." in passed
    assert SAID in passed
