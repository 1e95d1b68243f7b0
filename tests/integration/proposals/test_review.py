from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from proposals.actors import Actor
from proposals.models import Decision, PolicyVersion, Proposal, ProposalEvent, User
from proposals.releases import _registered, register
from proposals.services import (
    DecisionRefused,
    approvals_missing,
    approve_proposal,
    claim_proposal,
    expire_proposals,
    record_execution,
    reject_proposal,
    release_claim,
    reopen_proposal,
    save_policy,
    send_back_proposal,
    withdraw_proposal,
)
from proposals.states import InvalidTransition, Status
from tests.factories import approval_of, create_proposal, create_report, create_user, decision_on, submit

pytestmark = pytest.mark.django_db
REASON = "Read it, weighed it, decided."


def test_approve_proposal_writes_decision_event_and_releases(monkeypatch: pytest.MonkeyPatch) -> None:
    released: list[tuple[int, str]] = []
    monkeypatch.setattr("proposals.releases._registered", [])
    register(lambda proposal, by: released.append((proposal.pk, str(by))))
    proposal, operator = create_proposal(Status.BLOCKED), create_user("olga")

    decision = approve_proposal(**approval_of(proposal), by=operator, note="Fine.")

    proposal.refresh_from_db()
    event = proposal.events.get(name="approved")
    assert proposal.status == Status.APPROVED
    assert (decision.content_hash, decision.assessment) == (proposal.content_hash, proposal.assessment)
    assert (event.actor, event.before, event.after) == (operator, "blocked", "approved")
    assert released == [(proposal.pk, "olga")]


def test_approve_proposal_is_undone_when_a_release_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(proposal: Proposal, by: Actor) -> None:
        raise RuntimeError("no queue")

    monkeypatch.setattr("proposals.releases._registered", [fail])
    proposal = create_proposal(Status.BLOCKED)

    with pytest.raises(RuntimeError):
        approve_proposal(**approval_of(proposal), by=create_user())

    proposal.refresh_from_db()
    assert proposal.status == Status.BLOCKED
    assert not Decision.objects.exists()


@pytest.mark.parametrize("kind", ["service", "model"])
@pytest.mark.parametrize("decide", [approve_proposal, reject_proposal, send_back_proposal])
def test_decisions_are_refused_to_services_and_models(kind: str, decide: Callable[..., Decision]) -> None:
    proposal, account = create_proposal(Status.BLOCKED), create_user(kind=kind)

    with pytest.raises(DecisionRefused, match="never decide"):
        decide(**decision_on(proposal), by=account, note=REASON)

    assert not Decision.objects.exists()


@pytest.mark.parametrize("decide", [approve_proposal, reject_proposal, send_back_proposal])
def test_decisions_are_refused_without_the_permission(decide: Callable[..., Decision]) -> None:
    proposal, viewer = create_proposal(Status.BLOCKED), create_user(groups=["Viewers"])

    with pytest.raises(DecisionRefused, match="may not decide"):
        decide(**decision_on(proposal), by=viewer, note=REASON)


def test_approve_proposal_is_refused_to_its_submitter() -> None:
    operator = create_user()
    proposal = create_proposal(Status.BLOCKED, by=operator)

    with pytest.raises(DecisionRefused, match="you submitted this"):
        approve_proposal(**approval_of(proposal), by=operator)


@pytest.mark.parametrize(("key", "stale"), [("content_hash", "sha256:other"), ("assessment_id", 0)])
def test_decisions_are_refused_for_what_was_not_shown(key: str, stale: object) -> None:
    proposal = create_proposal(Status.BLOCKED)

    with pytest.raises(DecisionRefused, match="assessed again"):
        approve_proposal(**approval_of(proposal) | {key: stale}, by=create_user())

    proposal.refresh_from_db()
    assert proposal.status == Status.BLOCKED


@pytest.mark.parametrize("decide", [reject_proposal, send_back_proposal])
@pytest.mark.parametrize("note", ["", "too short", "         x        "])
def test_rejecting_and_sending_back_need_a_reason(decide: Callable[..., Decision], note: str) -> None:
    proposal = create_proposal(Status.BLOCKED)

    with pytest.raises(DecisionRefused, match="at least 10 characters"):
        decide(**decision_on(proposal), by=create_user(), note=note)


def test_send_back_then_reopen_puts_it_before_operators_again() -> None:
    proposal, operator = create_proposal(Status.NEEDS_MITIGATION), create_user()
    send_back_proposal(**decision_on(proposal), by=operator, note=REASON)

    reopened = reopen_proposal(proposal_id=proposal.pk, by=operator, note=REASON)

    assert reopened.status == Status.BLOCKED
    assert [event.name for event in proposal.events.order_by("id")][-2:] == ["sent_back", "reopened"]


def test_approve_proposal_needs_as_many_people_as_the_policy_says() -> None:
    rules = PolicyVersion.objects.current().rules.to_dict()
    save_policy(document=rules | {"approvals": rules["approvals"] | {"block": 2}}, by=None, note="Two for blocked.")
    proposal, first, second = create_proposal(Status.BLOCKED), create_user(), create_user()

    approve_proposal(**approval_of(proposal), by=first)
    proposal.refresh_from_db()
    after_first = (proposal.status, approvals_missing(proposal))
    with pytest.raises(DecisionRefused, match="another person"):
        approve_proposal(**approval_of(proposal), by=first)
    approve_proposal(**approval_of(proposal), by=second)

    proposal.refresh_from_db()
    assert after_first == (Status.BLOCKED, 1)
    assert proposal.status == Status.APPROVED


def test_decisions_are_refused_once_the_policy_let_it_go_ahead() -> None:
    proposal = submit(create_report()).proposal

    with pytest.raises(DecisionRefused, match="already let this proposal go ahead"):
        reject_proposal(**decision_on(proposal), by=create_user(), note=REASON)


def test_claim_proposal_by_a_second_operator_is_refused_until_released() -> None:
    proposal, first, second = create_proposal(Status.BLOCKED), create_user("first"), create_user()
    claim_proposal(proposal_id=proposal.pk, by=first)

    with pytest.raises(DecisionRefused, match="first has claimed"):
        claim_proposal(proposal_id=proposal.pk, by=second)
    with pytest.raises(DecisionRefused, match="only they or a Lead can release"):
        release_claim(proposal_id=proposal.pk, by=second)
    release_claim(proposal_id=proposal.pk, by=first)

    assert claim_proposal(proposal_id=proposal.pk, by=second).claimed_by == second


def test_withdraw_proposal_is_for_its_submitter_only() -> None:
    agent = create_user(kind="service", groups=())
    proposal = create_proposal(Status.BLOCKED, by=agent)

    with pytest.raises(DecisionRefused, match="only the account that submitted"):
        withdraw_proposal(proposal_id=proposal.pk, by=create_user())

    assert withdraw_proposal(proposal_id=proposal.pk, by=agent).status == Status.WITHDRAWN


def test_expire_proposals_ends_what_nobody_decided_and_nothing_else() -> None:
    overdue, fresh = create_proposal(Status.BLOCKED), create_proposal(Status.BLOCKED)
    Proposal.objects.filter(pk=overdue.pk).update(expires_at=timezone.now() - timedelta(minutes=1))

    expired = expire_proposals()

    overdue.refresh_from_db()
    fresh.refresh_from_db()
    assert expired == 1
    assert (overdue.status, fresh.status) == (Status.EXPIRED, Status.BLOCKED)
    assert overdue.events.get(name="expired").actor_kind == "system"


def test_record_execution_twice_writes_one_event() -> None:
    proposal = create_proposal(Status.APPROVED)

    for _ in range(2):
        record_execution(proposal_id=proposal.pk, outcome=Status.EXECUTED, by=Actor.system(), note="Done.")

    assert proposal.events.filter(name="executed").count() == 1


def test_record_execution_of_a_blocked_proposal_is_refused() -> None:
    proposal = create_proposal(Status.BLOCKED)

    with pytest.raises(InvalidTransition):
        record_execution(proposal_id=proposal.pk, outcome=Status.EXECUTED, by=Actor.system(), note="?")


def _rows() -> list[Any]:
    create_proposal(Status.REJECTED)
    return [Decision.objects.latest("id"), ProposalEvent.objects.latest("id"), PolicyVersion.objects.current()]


@pytest.mark.parametrize("index", [0, 1, 2])
@pytest.mark.parametrize("change", ["update", "delete"])
def test_decisions_events_and_policies_are_append_only_in_the_database(index: int, change: str) -> None:
    row = _rows()[index]
    table = row._meta.db_table
    verb = f"UPDATE {table} SET note = 'x'" if change == "update" else f"DELETE FROM {table}"

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{verb} WHERE id = %s", [row.pk])


@pytest.mark.django_db(transaction=True)
def test_approve_proposal_by_two_at_once_gives_one_decision() -> None:
    proposal, operators = create_proposal(Status.BLOCKED), [create_user(), create_user()]
    barrier = Barrier(2)

    def approve(operator: User) -> str:
        barrier.wait()
        try:
            approve_proposal(**approval_of(proposal), by=operator)
        except InvalidTransition:
            return "late"
        finally:
            connection.close()
        return "won"

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(approve, operators))

    assert results == ["late", "won"]
    assert Decision.objects.count() == 1
    assert proposal.events.filter(name="approved").count() == 1


def test_release_registry_keeps_each_app_once() -> None:
    before = list(_registered)

    for release in before:
        register(release)

    assert _registered == before
