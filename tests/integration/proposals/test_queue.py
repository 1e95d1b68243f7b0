"""What waits on whom, in which order, and what the list shows of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from proposals.models import Proposal, User
from proposals.services import approve_proposal, claim_proposal, save_policy
from proposals.states import Status
from tests.factories import approval_of, create_proposal, create_user
from tests.factories.browsers import log_in
from tests.factories.proposals import estimate

pytestmark = pytest.mark.django_db
QUEUE = "/admin/proposals/proposal/"


def _shown(user: User, query: str = "") -> list[Proposal]:
    return list(log_in(user).get(f"{QUEUE}{query}").context["cl"].result_list)


def _blocked(name: str) -> Proposal:
    return create_proposal(proposal=f"self_improvement: {name}. [fsar_block]")


def test_waiting_on_me_leaves_out_what_others_are_to_decide() -> None:
    save_policy(document={"approvals": {"block": 2, "mitigate": 1, "clear": 1, "returned": 1}}, by=None, note="Two.")
    me, other = create_user(), create_user()
    free, mine, theirs, approved, own = (_blocked(name) for name in ("Free", "Mine", "Theirs", "Approved", "Gone"))
    Proposal.objects.filter(pk=own.pk).update(submitted_by=me)
    claim_proposal(proposal_id=mine.pk, by=me)
    claim_proposal(proposal_id=theirs.pk, by=other)
    estimate(approved, me)
    approve_proposal(**approval_of(approved), by=me)

    assert set(_shown(me)) == {free, mine}
    assert set(_shown(me, "?standing=waiting")) == {free, mine, theirs, approved, own}
    assert approved in _shown(other)
    assert "1 of 2, needs another person" in log_in(other).get(QUEUE).content.decode()


def test_queue_of_a_viewer_begins_with_all_that_waits() -> None:
    proposal = _blocked("Look at me")

    page = log_in(create_user(groups=["Viewers"])).get(QUEUE)

    assert list(page.context["cl"].result_list) == [proposal]
    assert "Waiting on me" not in page.content.decode()
    assert "All waiting 1" in page.content.decode()


def test_queue_goes_by_the_day_of_the_deadline_then_by_severity() -> None:
    late, soon, worse, open_ended = (_blocked(name) for name in ("Late", "Soon", "Worse", "Open"))
    now = timezone.now()
    for proposal, days, severity in ((late, 9, 75), (soon, 1, 6), (worse, 1, 50), (open_ended, None, 75)):
        deadline = None if days is None else now.replace(hour=12) + timedelta(days=days)
        Proposal.objects.filter(pk=proposal.pk).update(due_at=deadline, severity=severity)

    assert _shown(create_user()) == [worse, soon, late, open_ended]


def test_queue_and_home_hide_the_severity_of_what_i_have_not_estimated() -> None:
    me, viewer = create_user(), create_user(groups=["Viewers"])
    proposal = _blocked("Guess")
    number = f"block {proposal.severity}"
    pages = (QUEUE, "/admin/")

    before = [log_in(me).get(page).content.decode() for page in pages]
    estimate(proposal, me)
    after = [log_in(me).get(page).content.decode() for page in pages]
    of_viewer = [log_in(viewer).get(page).content.decode() for page in pages]

    assert [number in page for page in before] == [False, False]
    assert [number in page for page in [*after, *of_viewer]] == [True] * 4


@pytest.mark.parametrize(("standing", "status"), [("mitigate", Status.NEEDS_MITIGATION), ("expired", Status.EXPIRED)])
def test_tabs_show_one_standing_each(standing: str, status: Status) -> None:
    proposal, _ = _blocked("One"), _blocked("Another")
    Proposal.objects.filter(pk=proposal.pk).update(status=status)

    assert _shown(create_user(), f"?standing={standing}") == [proposal]
