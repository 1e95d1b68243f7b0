"""Whose move it is: by the services and by the page's forms."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from proposals.models import LaterReview, PolicyVersion, Proposal, Snooze, User, Watch
from proposals.selectors import waiting_on
from proposals.services import (
    DecisionRefused,
    NotAllowed,
    answer_question,
    approve_proposal,
    ask_producer,
    assign_proposal,
    break_glass,
    claim_proposal,
    end_snooze,
    expire_proposals,
    purge_snoozes,
    reject_proposal,
    release_claim,
    review_later,
    save_policy,
    set_due,
    snooze_proposal,
    start_thread,
    withdraw_question,
)
from proposals.services.bulk import BulkRefused, decide_all, digest_of
from proposals.states import InvalidTransition, Status
from tests.factories import approval_of, create_proposal, create_user, decision_on, estimate
from tests.factories.browsers import log_in, review_url

pytestmark = pytest.mark.django_db
REASON = "The shop is down and this mends it."


@pytest.fixture
def lead() -> User:
    return create_user("the-lead", groups=["Leads"])


@pytest.fixture
def blocked() -> Proposal:
    return create_proposal(Status.BLOCKED)


def in_hours(hours: float) -> Any:
    return timezone.now() + timedelta(hours=hours)


def with_factor(user: User) -> User:
    """The account as a session with a second factor reads it."""
    user.otp_device = TOTPDevice(user=user)  # type: ignore[attr-defined]
    return user


def post(client: Client, proposal: Proposal, do: str, **typed: Any) -> str:
    """What the page says after the form was sent."""
    answer = client.post(f"/admin/proposals/proposal/{proposal.pk}/flow/", {"do": do, **typed})
    assert answer["Location"] == review_url(proposal)
    *_, message = get_messages(answer.wsgi_request)
    return str(message)


def names(proposal: Proposal) -> list[str]:
    return list(proposal.events.order_by("id").values_list("name", flat=True))


def two_people() -> None:
    rules = PolicyVersion.objects.current().rules.to_dict()
    save_policy(document=rules | {"approvals": {"block": 2}}, by=None, note="Two people decide.")


def test_change_of_status_sets_when_the_decision_is_due_by_the_band(blocked: Proposal) -> None:
    risky = create_proposal(Status.NEEDS_MITIGATION)

    due = [round((each.due_at - each.status_changed_at).total_seconds() / 3600) for each in (blocked, risky)]

    assert due == [24, 72]
    reject_proposal(**decision_on(blocked), by=create_user(), note=REASON)
    blocked.refresh_from_db()
    assert blocked.due_at is None


def test_release_claim_is_for_its_owner_and_for_leads(blocked: Proposal, lead: User) -> None:
    owner = create_user("owner")
    claim_proposal(proposal_id=blocked.pk, by=owner)

    with pytest.raises(DecisionRefused, match="only they or a Lead"):
        release_claim(proposal_id=blocked.pk, by=create_user())
    release_claim(proposal_id=blocked.pk, by=lead)

    event = blocked.events.get(name="claim_released")
    assert (event.actor, event.note) == (lead, "owner had claimed it.")


def test_assign_proposal_takes_it_from_whoever_has_it(blocked: Proposal, lead: User) -> None:
    first, second = create_user(), create_user("second")
    claim_proposal(proposal_id=blocked.pk, by=first)

    for _ in range(2):
        assigned = assign_proposal(proposal_id=blocked.pk, by=lead, to=second)

    assert assigned.claimed_by == second
    assert names(blocked)[-2:] == ["claimed", "assigned"]


@pytest.mark.parametrize("groups", [["Viewers"], ["Producers"], []])
def test_assign_proposal_to_who_cannot_take_it_is_refused(blocked: Proposal, lead: User, groups: list[str]) -> None:
    with pytest.raises(DecisionRefused, match="may not claim"):
        assign_proposal(proposal_id=blocked.pk, by=lead, to=create_user(groups=groups))


def test_assign_proposal_is_for_leads_and_never_to_its_submitter(lead: User) -> None:
    submitter = create_user()
    proposal = create_proposal(Status.BLOCKED, by=submitter)

    with pytest.raises(NotAllowed, match="Leads group"):
        assign_proposal(proposal_id=proposal.pk, by=create_user(), to=create_user())
    with pytest.raises(DecisionRefused, match="submitted this"):
        assign_proposal(proposal_id=proposal.pk, by=lead, to=submitter)


@pytest.mark.parametrize(("hours", "why"), [(-1, "in the future"), (24 * 15, "it expires before")])
def test_set_due_outside_of_what_is_possible_is_refused(blocked: Proposal, lead: User, hours: float, why: str) -> None:
    with pytest.raises(DecisionRefused, match=why):
        set_due(proposal_id=blocked.pk, by=lead, due_at=in_hours(hours))


def test_snooze_is_personal_until_it_runs_out(blocked: Proposal) -> None:
    me, other = create_user(), create_user()

    snooze_proposal(proposal_id=blocked.pk, by=me, until=in_hours(4))
    snooze_proposal(proposal_id=blocked.pk, by=me, until=in_hours(5))
    during = [waiting_on(each).count() for each in (me, other)]
    Snooze.objects.update(until=timezone.now())

    assert during == [0, 1]
    assert waiting_on(me).count() == 1
    assert purge_snoozes() == 1


def test_snooze_for_all_is_for_leads_and_stops_no_deadline(blocked: Proposal, lead: User) -> None:
    with pytest.raises(NotAllowed, match="only Leads"):
        snooze_proposal(proposal_id=blocked.pk, by=create_user(), until=in_hours(4), for_all=True)

    snooze_proposal(proposal_id=blocked.pk, by=lead, until=in_hours(4), for_all=True)

    assert waiting_on(create_user()).count() == 0
    Proposal.objects.update(expires_at=timezone.now())
    assert expire_proposals() == 1


def test_end_snooze_ends_ones_own_and_a_leads_everybodys(blocked: Proposal, lead: User) -> None:
    me = create_user()
    snooze_proposal(proposal_id=blocked.pk, by=lead, until=in_hours(4), for_all=True)
    snooze_proposal(proposal_id=blocked.pk, by=me, until=in_hours(4))

    assert [end_snooze(proposal_id=blocked.pk, by=each) for each in (me, lead, lead)] == [1, 1, 0]
    assert names(blocked).count("woken") == 2


def test_question_takes_a_proposal_out_of_the_queue_until_its_producer_answers() -> None:
    agent = create_user(kind="service", groups=["Producers"])
    proposal, me = create_proposal(Status.BLOCKED, by=agent), create_user()

    question = ask_producer(proposal_id=proposal.pk, by=me, text="Which table?")
    during = waiting_on(me).count()
    for _ in range(2):
        answer_question(proposal_id=proposal.pk, question_id=question.pk, by=agent, text="Orders.")

    assert (during, waiting_on(me).count()) == (0, 1)
    proposal.refresh_from_db()
    assert proposal.status == Status.BLOCKED
    assert names(proposal)[-2:] == ["asked", "answered"]


def test_question_is_answered_by_its_producer_once_and_asked_one_at_a_time(blocked: Proposal) -> None:
    me = create_user()
    question = ask_producer(proposal_id=blocked.pk, by=me, text="Which table?")
    bound = {"proposal_id": blocked.pk, "question_id": question.pk}

    with pytest.raises(DecisionRefused, match="waits for its answer"):
        ask_producer(proposal_id=blocked.pk, by=create_user(), text="And when?")
    with pytest.raises(NotAllowed, match="the account that submitted"):
        answer_question(**bound, by=me, text="Orders.")
    answer_question(**bound, by=blocked.submitted_by, text="Orders.")
    with pytest.raises(DecisionRefused, match="stays as it is"):
        answer_question(**bound, by=blocked.submitted_by, text="Customers.")


def test_withdraw_question_goes_on_without_an_answer(blocked: Proposal) -> None:
    me = create_user()
    assert withdraw_question(proposal_id=blocked.pk, by=me) is None
    ask_producer(proposal_id=blocked.pk, by=me, text="Which table?")

    withdraw_question(proposal_id=blocked.pk, by=me)

    assert waiting_on(me).count() == 1
    assert names(blocked)[-1] == "question_withdrawn"


def test_break_glass_gets_past_people_estimate_and_thread_and_owes_a_review(blocked: Proposal, lead: User) -> None:
    two_people()
    proposal = create_proposal(Status.BLOCKED, proposal="self_improvement: Mend the shop.")
    start_thread(proposal_id=proposal.pk, by=create_user(), artifact="whole", line=1, text="Wait.", is_blocking=True)

    review = break_glass(**decision_on(proposal), by=with_factor(lead), note=REASON)

    proposal.refresh_from_db()
    assert proposal.status == Status.APPROVED
    assert review.overridden == [
        "1 more approval",
        "an estimate of their own",
        "a blocking thread on the proposal as a whole",
    ]
    event = proposal.events.get(name="broke_glass")
    assert (event.actor, event.note, event.data["overridden"]) == (lead, REASON, review.overridden)
    assert LaterReview.objects.open().get().due_at > in_hours(24 * 2)


def test_break_glass_counts_an_approval_given_before(lead: User) -> None:
    two_people()
    proposal = create_proposal(Status.BLOCKED, proposal="self_improvement: Mend the shop.")
    estimate(proposal, lead)
    approve_proposal(**decision_on(proposal), by=lead)
    review = break_glass(**decision_on(proposal), by=with_factor(lead), note=REASON)

    assert proposal.decisions.count() == 1
    assert review.overridden == ["1 more approval"]


def _by_operator(proposal: Proposal, lead: User) -> User:
    return with_factor(create_user())


def _without_factor(proposal: Proposal, lead: User) -> User:
    return lead


def _estimated(proposal: Proposal, lead: User) -> User:
    estimate(proposal, lead)
    return with_factor(lead)


def _in_debt(proposal: Proposal, lead: User) -> User:
    earlier = create_proposal(Status.BLOCKED, proposal="self_improvement: Mend the shop.")
    break_glass(**decision_on(earlier), by=with_factor(lead), note=REASON)
    LaterReview.objects.update(due_at=timezone.now())
    return lead


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (_by_operator, "may not break the glass"),
        (_without_factor, "needs a second factor"),
        (_estimated, "nothing stands in the way"),
        (_in_debt, "overdue"),
    ],
)
def test_break_glass_is_refused(blocked: Proposal, lead: User, who: Callable[[Proposal, User], User], why: str) -> None:
    by = who(blocked, lead)

    with pytest.raises(DecisionRefused, match=why):
        break_glass(**decision_on(blocked), by=by, note=REASON)

    blocked.refresh_from_db()
    assert blocked.status == Status.BLOCKED


def test_break_glass_on_ones_own_proposal_is_refused(lead: User) -> None:
    proposal = create_proposal(Status.BLOCKED, by=lead)

    with pytest.raises(NotAllowed, match="you submitted"):
        break_glass(**decision_on(proposal), by=with_factor(lead), note=REASON)


def test_review_later_is_for_another_person_once(blocked: Proposal, lead: User) -> None:
    review = break_glass(**decision_on(blocked), by=with_factor(lead), note=REASON)
    bound = {"review_id": review.pk, "verdict": "faulted", "note": "It could have waited."}

    with pytest.raises(NotAllowed, match="another person"):
        review_later(**bound, by=lead)
    review_later(**bound, by=create_user("judge"))
    with pytest.raises(DecisionRefused, match="judge reviewed it"):
        review_later(**bound, by=create_user())

    assert blocked.events.get(name="reviewed_later").note == "Should not have been: It could have waited."


def test_page_leads_through_assign_due_snooze_ask_and_watch(blocked: Proposal, lead: User) -> None:
    client, other = log_in(lead), create_user("other")
    local = timezone.localtime(in_hours(48))

    said = [
        post(client, blocked, "assign", to=other.pk),
        post(client, blocked, "due", due_at=local.strftime("%Y-%m-%dT%H:%M")),
        post(client, blocked, "snooze", hours=4, for_all="1"),
        post(client, blocked, "wake"),
        post(client, blocked, "ask", text="Which **table**?"),
        post(client, blocked, "watch"),
    ]

    assert not [each for each in said if each.startswith("Nothing")]
    blocked.refresh_from_db()
    assert blocked.claimed_by == other
    assert blocked.due_at == local.replace(second=0, microsecond=0)
    assert Watch.objects.get().by == lead
    page = client.get(review_url(blocked)).content.decode()
    assert "Which <strong>table</strong>?" in page
    assert "Release the claim of other" in page


def test_page_shows_the_producer_the_question_and_takes_the_answer() -> None:
    producer = create_user(groups=["Producers"])
    proposal = create_proposal(Status.BLOCKED, by=producer)
    question = ask_producer(proposal_id=proposal.pk, by=create_user(), text="Which table?")
    client = log_in(producer)

    before = client.get(review_url(proposal)).content.decode()
    said = post(client, proposal, "answer", row=question.pk, text="Orders.")

    assert 'aria-label="Your answer"' in before
    assert said == "Answered."


@pytest.mark.parametrize(
    ("do", "typed", "why"),
    [
        ("assign", {}, "choose a person"),
        ("due", {}, "give a day and a time"),
        ("ask", {"text": "  "}, "write something"),
        ("later", {"row": 99, "text": REASON, "verdict": "upheld"}, "does not exist"),
        ("answer", {"row": 99, "text": "Yes."}, "does not exist"),
        ("dance", {}, "incomplete"),
        ("snooze", {"hours": 5}, "incomplete (hours)"),
    ],
)
def test_page_refuses_and_says_why(blocked: Proposal, lead: User, do: str, typed: dict[str, Any], why: str) -> None:
    said = post(log_in(lead), blocked, do, **typed)

    assert said.startswith("Nothing was changed")
    assert why in said


def test_list_snoozes_all_that_are_ticked_with_one_reason(blocked: Proposal) -> None:
    me, other = create_user(), create_proposal(Status.NEEDS_MITIGATION)
    client, ticked = log_in(me), {"action": "snooze_selected", "_selected_action": [blocked.pk, other.pk]}
    queue = "/admin/proposals/proposal/"

    asked = client.post(queue, ticked).context["asked"]
    told = {"confirmed": "yes", "digest": asked.digest, "note": REASON, "hours": 72}
    client.post(queue, ticked | told)

    assert waiting_on(me).count() == 0
    assert [round((each.until - timezone.now()).total_seconds() / 3600) for each in Snooze.objects.all()] == [72, 72]
    assert REASON in blocked.events.get(name="snoozed").note


def test_page_keeps_what_was_typed_after_a_refusal(blocked: Proposal, lead: User) -> None:
    client = log_in(lead)
    ask_producer(proposal_id=blocked.pk, by=lead, text="First?")
    post(client, blocked, "ask", text="A second one?")
    withdraw_question(proposal_id=blocked.pk, by=lead)

    assert "A second one?" in client.get(review_url(blocked)).content.decode()


def test_page_offers_break_glass_only_to_those_who_need_and_may(blocked: Proposal, lead: User) -> None:
    offered = [
        "Break the glass" in log_in(user).get(review_url(blocked)).content.decode() for user in (lead, create_user())
    ]
    estimate(blocked, lead)
    afterwards = "Break the glass" in log_in(lead).get(review_url(blocked)).content.decode()

    assert offered == [True, False]
    assert not afterwards


def race(acts: list[Callable[[], object]]) -> list[bool]:
    """Do all at once; which of them had an effect."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> bool:
        start.wait(10)
        try:
            return bool(act())
        except (DecisionRefused, InvalidTransition, BulkRefused):
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
def test_claim_reject_and_expiry_at_once_leave_one_fate_and_one_event_for_each_effect(
    django_db_serialized_rollback: None,
) -> None:
    proposal, people = create_proposal(Status.BLOCKED), [create_user() for _ in range(4)]
    bound = decision_on(proposal)
    Proposal.objects.update(expires_at=timezone.now())

    acts: list[Callable[[], object]] = [
        lambda: claim_proposal(proposal_id=proposal.pk, by=people[0]),
        lambda: claim_proposal(proposal_id=proposal.pk, by=people[1]),
        lambda: reject_proposal(**bound, by=people[2], note=REASON),
        lambda: reject_proposal(**bound, by=people[3], note=REASON),
        expire_proposals,
        expire_proposals,
    ]
    done = race(acts)

    proposal.refresh_from_db()
    ends = [name for name in names(proposal) if name in {"rejected", "expired"}]
    assert ends == [proposal.status]
    assert sum(done[2:]) == 1
    assert names(proposal).count("claimed") == sum(done[:2]) <= 1
    assert proposal.decisions.count() == ends.count("rejected")
    assert proposal.claimed_by is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_bulk_actions_approval_claim_and_expiry_at_once_are_whole_and_told_once(
    turn: int, django_db_serialized_rollback: None
) -> None:
    asked = [f"self_improvement: Number {n}. [fsar_review]" for n in range(4)]
    rows = [create_proposal(Status.NEEDS_MITIGATION, proposal=each) for each in asked]
    people, ids = [create_user() for _ in range(5)], [row.pk for row in rows]
    Proposal.objects.filter(pk=rows[3].pk).update(expires_at=timezone.now())
    shown = {"digest": digest_of(Proposal.objects.filter(pk__in=ids)), "note": REASON}

    def bulk(decision: str, by: User, order: list[int]) -> Callable[[], object]:
        return lambda: decide_all(decision=decision, proposal_ids=order, by=by, **shown)

    acts: list[Callable[[], object]] = [
        bulk("reject", people[0], ids),
        bulk("send_back", people[1], ids[::-1]),
        bulk("approve", people[2], ids),
        lambda: approve_proposal(**approval_of(rows[0]), by=people[3], note=REASON),
        lambda: claim_proposal(proposal_id=rows[1].pk, by=people[4]),
        expire_proposals,
    ]
    done = race(acts[turn:] + acts[:turn])
    done = done[-turn:] + done[:-turn]

    ends = [[n for n in names(row) if n in {"rejected", "sent_back", "approved", "expired"}] for row in rows]
    assert sum(done[:3]) <= 1
    if any(done[:3]):  # one of them took all four, and left nothing to the others
        name, status = (("rejected", "rejected"), ("sent_back", "returned"), ("approved", "approved"))[done.index(True)]
        assert ends == [[name]] * 4
        assert {Proposal.objects.get(pk=row.pk).status for row in rows} == {status}
        assert not done[3]
        assert not done[5]
    else:
        assert ends == [["approved"], [], [], ["expired"]]
    assert [row.decisions.count() for row in rows] == [sum(n != "expired" for n in each) for each in ends]
    assert names(rows[1]).count("claimed") == done[4]
