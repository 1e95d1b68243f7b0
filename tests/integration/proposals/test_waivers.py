"""A named person accepts a finding for a while."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from proposals.models import Finding, Proposal, User, Waiver
from proposals.services import (
    DecisionRefused,
    approve_proposal,
    end_waivers,
    expire_proposals,
    rehearse_policy,
    revoke_waiver,
    send_back_proposal,
    waive_finding,
)
from proposals.services.measurement import record_measurement
from proposals.states import InvalidTransition, Status
from tests.factories import approval_of, create_proposal, create_user, decision_on, file_proposal
from tests.factories.browsers import log_in, review_url

pytestmark = pytest.mark.django_db
RUNS = file_proposal("ops/list.py", "import os\n\nos.system('ls')\n")
RULE = "danger/process"
REASON = "It lists a folder and nothing else."


def lead() -> User:
    return create_user(groups=["Leads"])


def finding_of(proposal: Proposal, rule: str = RULE) -> Finding:
    return Finding.objects.filter(assessment=proposal.assessment_id, rule_id=rule).order_by("id")[0]


def waive(proposal: Proposal, rule: str = RULE, **changes: Any) -> Waiver:
    given: dict[str, Any] = {
        "proposal_id": proposal.pk,
        "finding_id": finding_of(proposal, rule).pk,
        "by": changes.pop("by", None) or lead(),
        "reason": REASON,
        "ends_at": timezone.now() + timedelta(days=30),
    }
    return waive_finding(**(given | changes))


def fresh(proposal: Proposal) -> Proposal:
    return Proposal.objects.select_related("assessment").get(pk=proposal.pk)


@pytest.fixture
def risky() -> Proposal:
    return create_proposal(Status.NEEDS_MITIGATION, proposal=RUNS)


def test_waive_finding_makes_another_assessment_without_it(risky: Proposal) -> None:
    waiver = waive(risky)

    after = fresh(risky)
    assert after.assessment
    assert risky.assessment
    assert after.assessment_id != risky.assessment_id
    assert after.assessment.waivers.startswith("sha256:")
    assert after.assessment.severity < risky.assessment.severity
    assert after.status == Status.CLEARED
    assert finding_of(after).is_waived
    event = after.events.order_by("-id")[0]
    assert (event.name, event.actor, REASON in event.note) == ("finding_waived", waiver.by, True)


def test_waive_finding_never_lets_go_ahead_by_itself(risky: Proposal) -> None:
    waive(risky)

    assert not fresh(risky).events.filter(name="released").exists()

    approve_proposal(**approval_of(fresh(risky)), by=create_user(), note="Seen, with its waiver.")
    assert fresh(risky).status == Status.APPROVED


@pytest.mark.parametrize(
    ("fields", "rule", "why"),
    [
        ({"block_execution": True}, "envelope/reported-block", "always honoured"),
        ({"proposal": "self_improvement: Rest. [fsar_block]"}, "envelope/block-marker", "taken out by its author"),
    ],
)
def test_waive_finding_never_lifts_somebody_elses_request(fields: dict[str, Any], rule: str, why: str) -> None:
    proposal = create_proposal(Status.BLOCKED, **fields)

    with pytest.raises(DecisionRefused, match=why):
        waive(proposal, rule)

    assert not Waiver.objects.exists()


def test_waive_finding_never_lifts_a_floor() -> None:
    proposal = create_proposal(
        Status.BLOCKED, block_execution=False, proposal=file_proposal("a.sql", "TRUNCATE loaves;")
    )

    for finding in list(Finding.objects.filter(assessment=proposal.assessment_id)):
        waive(proposal, finding.rule_id, finding_id=_now(proposal, finding).pk)

    after = fresh(proposal)
    assert after.status == Status.BLOCKED
    assert after.assessment
    assert after.assessment.decided_by.startswith("The floor decided")


def _now(proposal: Proposal, finding: Finding) -> Finding:
    return Finding.objects.get(assessment=fresh(proposal).assessment_id, fingerprint=finding.fingerprint)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"reason": "short"}, "at least 10 characters"),
        ({"reason": " " * 30}, "at least 10 characters"),
        ({"ends_at": timezone.now() - timedelta(days=1)}, "in the future"),
        ({"ends_at": timezone.now() + timedelta(days=92)}, "within 90 days"),
        ({"finding_id": 2**40}, "assessed again"),
    ],
)
def test_waive_finding_refuses_what_is_incomplete(risky: Proposal, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(DecisionRefused, match=why):
        waive(risky, **changes)

    assert fresh(risky).assessment_id == risky.assessment_id


def test_waive_finding_is_for_leads_who_did_not_submit() -> None:
    author = lead()
    proposal = create_proposal(Status.NEEDS_MITIGATION, proposal=RUNS, by=author)

    for by in (create_user(groups=["Operators"]), create_user(groups=["Leads"], kind="model"), author):
        with pytest.raises(DecisionRefused):
            waive(proposal, by=by)


def test_waive_finding_refuses_a_second_waiver(risky: Proposal) -> None:
    waive(risky)

    with pytest.raises(DecisionRefused, match="waived already"):
        waive(fresh(risky))


@pytest.mark.parametrize("status", [Status.APPROVED, Status.REJECTED, Status.EXECUTED])
def test_waive_finding_refuses_when_nothing_is_left_to_decide(status: Status) -> None:
    proposal = create_proposal(status, proposal=RUNS)

    with pytest.raises(DecisionRefused, match="no finding is left"):
        waive(proposal)


def test_waive_finding_keeps_what_a_person_sent_back(risky: Proposal) -> None:
    send_back_proposal(**decision_on(risky), by=create_user(), note="Use the library for it.")

    waive(risky)

    assert fresh(risky).status == Status.RETURNED


def test_revoke_waiver_brings_the_finding_back(risky: Proposal) -> None:
    waiver, by = waive(risky), lead()

    revoke_waiver(waiver_id=waiver.pk, by=by)
    revoke_waiver(waiver_id=waiver.pk, by=by)

    after = fresh(risky)
    assert (after.status, after.assessment_id) == (Status.NEEDS_MITIGATION, risky.assessment_id)
    assert [event.name for event in after.events.order_by("-id")[:2]] == ["waiver_revoked", "finding_waived"]
    assert Waiver.objects.get().ended_by == by


def test_waiver_ends_with_its_day_and_nobody_approves_on_it_before_the_sweep(risky: Proposal) -> None:
    waive(risky, ends_at=timezone.now() + timedelta(days=2))
    cleared = fresh(risky)

    with time_machine.travel(timezone.now() + timedelta(days=3)):
        with pytest.raises(DecisionRefused, match="ran out"):
            approve_proposal(**approval_of(cleared), by=create_user(), note="Late.")
        ended, again = end_waivers(), end_waivers()

    after = fresh(risky)
    assert (ended, again) == (1, 0)
    assert after.status == Status.NEEDS_MITIGATION
    assert after.events.order_by("-id")[0].name == "waiver_ended"
    assert Waiver.objects.get().ended_by is None


def test_waiver_that_ends_after_the_decision_changes_nothing(risky: Proposal) -> None:
    waive(risky)
    approve_proposal(**approval_of(fresh(risky)), by=create_user(), note="Seen, with its waiver.")

    with time_machine.travel(timezone.now() + timedelta(days=60)):
        assert end_waivers() == 1

    assert fresh(risky).status == Status.APPROVED


def test_measurement_keeps_the_waivers(risky: Proposal) -> None:
    waive(risky)

    record_measurement(proposal_id=risky.pk, reversibility=2, note="Measured by a test.")

    after = fresh(risky).assessment
    assert after
    assert (after.measured, after.waivers != "") == (2, True)


def test_rehearse_policy_counts_waivers(risky: Proposal) -> None:
    waive(risky)

    rehearsal = rehearse_policy(fresh(risky).assessment.policy.rules.to_dict() | {"mitigate_at": 2})  # type: ignore[union-attr]

    assert [(each.before.outcome, each.after.outcome) for each in rehearsal.altered] == [
        ("cleared", "needs_mitigation")
    ]
    assert not rehearsal.altered[0].before.goes_ahead


def test_database_refuses_a_second_standing_waiver(risky: Proposal) -> None:
    waiver = waive(risky)
    waiver.pk = None

    with pytest.raises(Exception, match="waiver_one_standing"), transaction.atomic():
        waiver.save()


@pytest.mark.django_db(transaction=True)
def test_waive_finding_twice_at_once_gives_one() -> None:
    proposal = create_proposal(Status.NEEDS_MITIGATION, proposal=RUNS)
    people, finding = [lead(), lead()], finding_of(proposal)

    def accept(by: User) -> str:
        try:
            waive(proposal, by=by, finding_id=finding.pk)
        except DecisionRefused as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "waived"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(accept, people))

    assert said.count("waived") == Waiver.objects.count() == 1


def test_review_page_waives_and_revokes(risky: Proposal) -> None:
    client, url = log_in(lead()), f"/admin/proposals/proposal/{risky.pk}/waive/"
    until = (timezone.localdate() + timedelta(days=5)).isoformat()
    before = client.get(review_url(risky)).content.decode()
    form = {"finding": finding_of(risky).pk, "reason": REASON, "ends_on": until}

    bad = client.post(url, form | {"ends_on": "tomorrow"}, follow=True).content.decode()
    waived = client.post(url, form, follow=True).content.decode()
    revoked = client.post(f"{url}{Waiver.objects.get().pk}/revoke/", follow=True).content.decode()

    assert "Waive this finding" in before
    assert "Nothing was changed: give a reason and a day (ends_on)" in bad
    assert REASON in waived
    assert "Revoke the waiver" in waived
    assert "the finding counts again" in revoked


@pytest.mark.parametrize("group", ["Viewers", "Operators"])
def test_review_page_refuses_waivers_of_others_by_direct_post(risky: Proposal, group: str) -> None:
    client = log_in(create_user(groups=[group]))
    form = {"finding": finding_of(risky).pk, "reason": REASON, "ends_on": timezone.localdate().isoformat()}

    page = client.get(review_url(risky)).content.decode()
    answer = client.post(f"/admin/proposals/proposal/{risky.pk}/waive/", form, follow=True)

    assert "Waive this finding" not in page
    assert "ask for the Leads group" in answer.content.decode()
    assert not Waiver.objects.exists()


def test_reopen_is_still_for_returned_ones(risky: Proposal) -> None:
    from proposals.services import reopen_proposal  # noqa: PLC0415

    with pytest.raises(InvalidTransition):
        reopen_proposal(proposal_id=risky.pk, by=create_user(), note="Nothing to reopen here.")


def test_expiry_takes_a_proposal_that_a_waiver_cleared(risky: Proposal) -> None:
    waive(risky)

    with time_machine.travel(timezone.now() + timedelta(days=20)):
        expire_proposals()

    assert fresh(risky).status == Status.EXPIRED
