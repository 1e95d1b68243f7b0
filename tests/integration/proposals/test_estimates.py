"""A reviewer's own likelihood and damage, before the engine's, and the second opinion where they are far apart."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from proposals.models import Decision, Estimate, Proposal, User
from proposals.services import (
    DecisionRefused,
    DecisionStale,
    Estimated,
    EstimateMissing,
    NotAllowed,
    approvals_missing,
    approve_proposal,
    estimate_risk,
    reject_proposal,
    reopen_proposal,
)
from proposals.states import InvalidTransition, Status
from tests.factories import agreeing, approval_of, create_proposal, create_user, decision_on, estimate
from tests.factories.browsers import decision_form, log_in, post_estimate, review_url

pytestmark = pytest.mark.django_db


def status_of(proposal: Proposal) -> str:
    return Proposal.objects.values_list("status", flat=True).get(pk=proposal.pk)


def test_approve_of_what_is_blocked_without_an_estimate_is_refused() -> None:
    proposal = create_proposal(Status.BLOCKED)

    with pytest.raises(EstimateMissing, match="your own likelihood and damage"):
        approve_proposal(**decision_on(proposal), by=create_user())

    assert not Decision.objects.exists()


def test_approve_of_what_was_reopened_needs_an_estimate_too() -> None:
    proposal, operator = create_proposal(Status.RETURNED), create_user()
    reopen_proposal(proposal_id=proposal.pk, by=operator, note="It is fine in our dialect.")

    with pytest.raises(EstimateMissing):
        approve_proposal(**decision_on(proposal), by=operator)


@pytest.mark.parametrize("status", [Status.NEEDS_MITIGATION, Status.CLEARED])
def test_approve_of_what_is_not_blocked_needs_none(status: Status) -> None:
    proposal = create_proposal(status)

    approve_proposal(**decision_on(proposal), by=create_user())

    assert status_of(proposal) == Status.APPROVED


def test_reject_needs_no_estimate() -> None:
    proposal = create_proposal(Status.BLOCKED)

    reject_proposal(**decision_on(proposal), by=create_user(), note="Nobody needs this.")

    assert status_of(proposal) == Status.REJECTED


def test_estimate_of_another_person_does_not_count() -> None:
    proposal = create_proposal(Status.BLOCKED)
    estimate(proposal, create_user())

    with pytest.raises(EstimateMissing):
        approve_proposal(**decision_on(proposal), by=create_user())


def test_estimate_is_kept_with_the_assessment_and_written_down() -> None:
    proposal, operator = create_proposal(Status.BLOCKED), create_user()

    estimate(proposal, operator, likelihood=4, damage=3)

    kept = Estimate.objects.get()
    assert (kept.by, kept.assessment, kept.likelihood, kept.damage) == (operator, proposal.assessment, 4, 3)
    event = proposal.events.get(name="estimated")
    assert (event.actor, event.note) == (operator, "Likelihood 4, damage 3.")


def test_estimate_again_stays_as_it_was() -> None:
    proposal, operator = create_proposal(Status.BLOCKED), create_user()
    estimate(proposal, operator, likelihood=4)

    estimate(proposal, operator, likelihood=4)
    with pytest.raises(DecisionRefused, match="the first thought stays"):
        estimate(proposal, operator, likelihood=2)

    assert Estimate.objects.get().likelihood == 4
    assert proposal.events.filter(name="estimated").count() == 1


@pytest.mark.parametrize(("key", "stale"), [("content_hash", "sha256:other"), ("assessment_id", 0)])
def test_estimate_of_what_was_not_shown_is_refused(key: str, stale: object) -> None:
    proposal = create_proposal(Status.BLOCKED)

    with pytest.raises(DecisionStale):
        estimate_risk(**decision_on(proposal) | {key: stale}, by=create_user(), estimate=Estimated(2, 2))


@pytest.mark.parametrize("kind", ["service", "model"])
def test_estimate_is_for_people(kind: str) -> None:
    proposal = create_proposal(Status.BLOCKED)

    with pytest.raises(NotAllowed):
        estimate(proposal, create_user(kind=kind))


def test_estimate_is_not_for_viewers_nor_for_who_submitted() -> None:
    author = create_user()
    proposal = create_proposal(Status.BLOCKED, by=author)

    for user in (author, create_user(groups=["Viewers"])):
        with pytest.raises(NotAllowed):
            estimate(proposal, user)


def test_estimate_of_what_was_decided_is_refused() -> None:
    proposal = create_proposal(Status.REJECTED)

    with pytest.raises(InvalidTransition):
        estimate(proposal, create_user())


@pytest.mark.parametrize(
    ("likelihood", "damage", "missing"), [(0, 0, 0), (1, 0, 0), (-1, 1, 0), (2, 0, 1), (0, 2, 1), (3, 3, 1)]
)
def test_two_notches_from_the_engine_ask_for_another_person(likelihood: int, damage: int, missing: int) -> None:
    proposal, first = create_proposal(Status.BLOCKED), create_user()
    engine = agreeing(proposal)
    own = Estimated(engine.likelihood + likelihood, engine.damage + damage)

    approve_proposal(**decision_on(proposal), by=first, estimate=own)

    proposal.refresh_from_db()
    assert (proposal.status == Status.APPROVED) == (missing == 0)
    assert approvals_missing(proposal) == missing
    if missing:
        with pytest.raises(DecisionRefused, match="another person"):
            approve_proposal(**approval_of(proposal), by=first)
        approve_proposal(**approval_of(proposal), by=create_user())
        assert status_of(proposal) == Status.APPROVED


def test_second_opinion_is_asked_for_once_and_by_whoever_differs() -> None:
    proposal = create_proposal(Status.BLOCKED)
    for _ in range(2):
        estimate(proposal, create_user(), damage=5)

    approve_proposal(**approval_of(proposal), by=create_user())

    proposal.refresh_from_db()
    assert (proposal.status, approvals_missing(proposal)) == (Status.BLOCKED, 1)


@pytest.mark.django_db(transaction=True)
def test_approve_by_two_far_from_the_engine_at_once_gives_one_release() -> None:
    proposal, operators = create_proposal(Status.BLOCKED), [create_user(), create_user()]
    barrier = Barrier(2)

    def approve(operator: User) -> None:
        barrier.wait()
        approve_proposal(**decision_on(proposal), by=operator, estimate=Estimated(5, 5))
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(approve, operators))

    assert status_of(proposal) == Status.APPROVED
    assert (proposal.events.filter(name="approval").count(), proposal.events.filter(name="approved").count()) == (1, 1)


@pytest.mark.parametrize("change", ["UPDATE proposals_estimate SET damage = 1", "DELETE FROM proposals_estimate"])
def test_estimates_are_append_only_in_the_database(change: str) -> None:
    estimate(create_proposal(Status.BLOCKED), create_user())

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


@pytest.mark.parametrize("wrong", [{"likelihood": 0}, {"damage": 6}])
def test_database_refuses_an_estimate_out_of_range(wrong: dict[str, int]) -> None:
    proposal = create_proposal(Status.BLOCKED)
    row = {"likelihood": 2, "damage": 2} | wrong

    with pytest.raises(IntegrityError, match="estimate_in_range"), transaction.atomic():
        Estimate.objects.create(proposal=proposal, assessment=proposal.assessment, by=create_user(), **row)


def test_page_hides_the_engines_numbers_until_one_has_given_ones_own() -> None:
    proposal, client = create_proposal(Status.BLOCKED), log_in()
    estimate(proposal, create_user("ann-estimates"), likelihood=5)

    before = client.get(review_url(proposal)).content.decode()
    answer = post_estimate(client, proposal, damage=4)
    after = client.get(review_url(proposal)).content.decode()

    assert "How likely is it that this goes wrong?" in before
    assert "Give your own estimate before you approve." in before
    for hidden in ("of 75", "Likelihood 5", "How the engine came to it"):
        assert hidden not in before
        assert hidden in after
    assert answer["Location"] == review_url(proposal)
    assert "How likely is it" not in after
    assert "The report" in after
    assert "ann-estimates" in after
    assert "2 notches from the engine" in after


def test_page_shows_the_numbers_to_those_who_cannot_decide() -> None:
    page = log_in(create_user(groups=["Viewers"])).get(review_url(create_proposal())).content.decode()

    assert "of 75" in page
    assert "How likely is it" not in page


def test_page_says_that_a_second_opinion_is_needed() -> None:
    proposal, client = create_proposal(Status.BLOCKED), log_in()

    post_estimate(client, proposal, damage=5)

    page = client.get(review_url(proposal)).content.decode()
    assert "<strong>0 of 2</strong> approved, needs 2 more people. One rejection ends it. One more because" in page


def test_post_of_half_an_estimate_keeps_what_was_chosen() -> None:
    proposal, client = create_proposal(Status.BLOCKED), log_in()
    address = f"/admin/proposals/proposal/{proposal.pk}/estimate/"
    bound = {"content_hash": proposal.content_hash, "assessment_id": proposal.assessment_id}

    page = client.post(address, {**bound, "likelihood": 3, "damage": 9}, follow=True).content.decode()

    assert "Nothing was kept: choose the damage." in page
    assert 'name="likelihood" value="3" required checked' in page
    assert not Estimate.objects.exists()


@pytest.mark.parametrize("group", ["Viewers", "Producers"])
def test_post_of_an_estimate_without_the_right_keeps_nothing(group: str) -> None:
    proposal = create_proposal(Status.BLOCKED)

    post_estimate(log_in(create_user(groups=[group])), proposal)

    assert not Estimate.objects.exists()


def test_get_of_an_estimate_is_not_allowed() -> None:
    assert log_in().get(f"/admin/proposals/proposal/{create_proposal().pk}/estimate/").status_code == 405


def test_approve_on_the_page_without_an_estimate_keeps_the_reason() -> None:
    proposal = create_proposal(Status.BLOCKED)

    answer = log_in().post(review_url(proposal), decision_form(proposal, "approve", "I am in a hurry."))

    assert answer.status_code == 409
    assert b"give your own likelihood and damage before you approve it" in answer.content
    assert b">I am in a hurry.</textarea>" in answer.content
