from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from django.db import connection

from proposals.models import Assessment, Opportunity, Proposal
from proposals.reports import Form, Report, ReportError, render_markdown
from proposals.services import ReportConflict, SubmissionOutcome, service_account, submit_report
from proposals.states import Status
from tests.factories import create_proposal, create_report, create_user, file_proposal, submit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("form", list(Form))
def test_submit_report_keeps_what_was_received(form: Form) -> None:
    report = create_report(proposal=file_proposal("docs/a.md", "# Seeds\r\n\r\nSown in *March*.  ", "Seed Shop"))

    proposal = submit(report, form=form).proposal

    stored = Proposal.objects.get(report_id=report.id)
    assert stored.report == report
    assert stored.received_form == form
    assert stored.path == "docs/a.md"
    assert stored.opportunity == Opportunity.objects.get(name="Seed Shop")
    assert stored.submitted_by.username == "test-agent"
    assert [event.name for event in proposal.events.order_by("id")][:2] == ["submitted", "assessed"]


def test_submit_report_same_id_and_content_gives_the_first_answer() -> None:
    report = create_report()
    first = submit(report)

    second = submit(report, form=Form.JSON)

    assert second.outcome is SubmissionOutcome.REPEATED
    assert second.proposal.pk == first.proposal.pk
    assert Proposal.objects.count() == 1


def test_submit_report_same_id_other_content_is_a_conflict() -> None:
    report = create_report()
    first = submit(report).proposal

    with pytest.raises(ReportConflict, match="submitted before with other content"):
        submit(replace(report, proposal="self_improvement: Something else."))

    stored = Proposal.objects.get()
    assert (stored.report, stored.status) == (report, first.status)


def test_submit_report_same_content_new_id_is_linked_and_not_queued() -> None:
    first = create_proposal(Status.BLOCKED)
    twin = replace(first.report, id="fsar_twin", timestamp="2026-05-05T05:05:05.005Z")

    submission = submit(twin)

    assert submission.outcome is SubmissionOutcome.DUPLICATE
    assert submission.proposal.duplicate_of == first
    assert submission.proposal.status == Status.DUPLICATE
    assert list(Proposal.objects.waiting()) == [first]
    assert Assessment.objects.count() == 1


def test_submit_report_duplicate_that_adds_a_block_is_judged_by_itself() -> None:
    report = create_report()
    submit(report)

    again = submit(replace(report, id="fsar_blocked_twin", block_execution=True))

    assert again.outcome is SubmissionOutcome.CREATED
    assert again.proposal.status == Status.BLOCKED


def test_submit_report_after_withdrawal_starts_afresh() -> None:
    withdrawn = create_proposal(Status.WITHDRAWN)

    again = submit(replace(withdrawn.report, id="fsar_again"))

    assert again.outcome is SubmissionOutcome.CREATED
    assert again.proposal.status == Status.BLOCKED


def test_submit_report_that_is_none_stores_nothing() -> None:
    with pytest.raises(ReportError):
        submit_report(received=b"hello", submitted_by=service_account("agent"), source=Proposal.Source.API)

    assert not Proposal.objects.exists()


def test_submit_report_with_nul_keeps_it_in_what_was_received() -> None:
    report = create_report(proposal="self_improvement: a\x00b\n\nThis is for opportunity: x\x00y\nEnd.")

    submit(report, form=Form.JSON)

    stored = Proposal.objects.get()
    assert stored.report == report
    assert "a␀b" in stored.text


def test_submit_report_cleared_goes_ahead_by_policy_and_says_so() -> None:
    proposal = submit(create_report()).proposal

    released = proposal.events.get(name="released")

    assert proposal.status == Status.CLEARED
    assert released.actor_kind == "policy"
    assert released.policy == proposal.assessment.policy
    assert "no person decided" in released.note


@pytest.mark.parametrize("name", ["person"])
def test_service_account_never_takes_a_persons_name(name: str) -> None:
    create_user(name)

    with pytest.raises(ValueError, match="is a person's account"):
        service_account(name)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_id", [True, False])
def test_submit_report_at_once_gives_one_queued_row(same_id: bool) -> None:
    service_account("test-agent")
    report = create_report(block_execution=True)
    reports = [report, report if same_id else replace(report, id="fsar_other")]
    barrier = Barrier(2)

    def hand_in(one: Report) -> SubmissionOutcome:
        barrier.wait()
        try:
            account = service_account("test-agent")
            return submit_report(
                received=render_markdown(one).encode(), submitted_by=account, source=Proposal.Source.API
            ).outcome
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(hand_in, reports))

    assert outcomes == sorted(
        [SubmissionOutcome.CREATED, SubmissionOutcome.REPEATED if same_id else SubmissionOutcome.DUPLICATE]
    )
    assert Proposal.objects.waiting().count() == 1
