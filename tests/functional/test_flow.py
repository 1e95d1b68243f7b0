"""Whose move it is, by real people in real browsers: two approvers, a question, a gift, a snooze, a broken glass."""

from __future__ import annotations

import pytest
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from proposals.models import LaterReview, PolicyVersion, Proposal, User
from proposals.services import save_policy
from proposals.states import Status
from tests.factories import create_proposal, create_user
from tests.factories.browsers import review_url
from tests.functional.clicks import agree, send_login
from tests.functional.conftest import LogIn

pytestmark = pytest.mark.django_db(transaction=True)
QUEUE = "/admin/proposals/proposal/"


def status_of(proposal: Proposal) -> str:
    return Proposal.objects.get(pk=proposal.pk).status


def two_people() -> None:
    rules = PolicyVersion.objects.current().rules.to_dict()
    save_policy(document=rules | {"approvals": {"block": 2}}, by=None, note="Two people decide.")


def test_two_people_approve_what_the_policy_says_two_must(log_in: LogIn) -> None:
    two_people()
    proposal = create_proposal(Status.BLOCKED)
    first, second = log_in("olga"), log_in("otto")

    for page, said in ((first, "0 of 2"), (second, "1 of 2")):
        page.goto(review_url(proposal))
        agree(page, proposal)
        expect(page.locator(".fs-decide")).to_contain_text(f"{said} approved, needs")
        page.get_by_role("button", name="Approve", exact=True).click()
        expect(page.get_by_text("Your approval is recorded.")).to_be_visible()

    assert status_of(proposal) == Status.APPROVED


def test_question_is_answered_on_a_phone_and_the_proposal_waits_again(log_in: LogIn) -> None:
    operator, producer = log_in("olga"), log_in("pia", ("Producers",), width=390)
    proposal = create_proposal(Status.BLOCKED, by=User.objects.get(username="pia"))
    operator.goto(review_url(proposal))
    operator.get_by_text("Ask the producer").click()
    operator.get_by_label("What you need to know").fill("Which **table** is this?")
    operator.get_by_role("button", name="Ask", exact=True).click()
    expect(operator.get_by_text("The producer is asked.")).to_be_visible()
    operator.goto(QUEUE)
    expect(operator.get_by_text("Nothing here")).to_be_visible()

    producer.goto(review_url(proposal))
    expect(producer.locator("#question-open strong").nth(1)).to_have_text("table")
    producer.get_by_label("Your answer").fill("The orders.")
    producer.get_by_role("button", name="Answer").click()
    expect(producer.get_by_text("Answered.")).to_be_visible()

    operator.goto(QUEUE)
    operator.get_by_role("link").filter(has_text=proposal.title).first.click()
    operator.get_by_text("Conversation").click()
    expect(operator.get_by_label("Question and answer")).to_contain_text("The orders.")


def test_lead_gives_it_to_somebody_who_snoozes_it_and_wakes_it(log_in: LogIn) -> None:
    proposal = create_proposal(Status.BLOCKED)
    owner, lead = log_in("otto"), log_in("lea", ("Leads",))
    lead.goto(review_url(proposal))
    lead.get_by_text("Give to somebody, move the deadline").click()
    lead.locator("#assign-to").select_option(label="otto")
    lead.get_by_role("button", name="Give").click()
    expect(lead.get_by_text("claimed by otto")).to_be_visible()

    owner.goto(review_url(proposal))
    owner.locator("summary").filter(has_text="Snooze").click()
    owner.locator("#snooze-hours").select_option(label="4 hours")
    owner.get_by_role("button", name="Snooze").click()
    expect(owner.get_by_text("Snoozed for you until")).to_be_visible()
    owner.goto(QUEUE)
    expect(owner.get_by_text("Nothing here")).to_be_visible()
    owner.goto(review_url(proposal))
    owner.get_by_role("button", name="Wake up").click()
    owner.goto(QUEUE)
    expect(owner.get_by_role("link").filter(has_text=proposal.title).first).to_be_visible()


def test_blocking_comment_on_the_whole_stops_an_approval_until_it_is_resolved(log_in: LogIn) -> None:
    proposal, page = create_proposal(Status.BLOCKED), log_in()
    page.goto(review_url(proposal))
    agree(page, proposal)
    page.get_by_text("Conversation").click()
    page.get_by_label("Comment on the whole").fill("Who asked for this?")
    page.get_by_label("Blocking").check()
    page.get_by_role("button", name="Comment", exact=True).click()

    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_disabled()
    expect(page.get_by_role("link", name="the proposal as a whole")).to_be_visible()
    page.get_by_role("button", name="Resolve").click()
    page.get_by_role("button", name="Approve", exact=True).click()

    expect(page.get_by_text("Your approval is recorded.")).to_be_visible()
    assert status_of(proposal) == Status.APPROVED


def with_second_factor(browser: Browser, live_server: LiveServer, username: str) -> Page:
    """Logged in with the code that an app would show."""
    device = TOTPDevice.objects.create(user=create_user(username, groups=("Leads",)), confirmed=True)
    page = browser.new_context(base_url=live_server.url).new_page()
    send_login(page, username, code=f"{totp(device.bin_key, t0=device.t0):06d}")
    page.wait_for_url("**/admin/")
    return page


def test_broken_glass_approves_alone_and_another_person_reviews_it_later(
    log_in: LogIn, browser: Browser, live_server: LiveServer
) -> None:
    two_people()
    proposal = create_proposal(Status.BLOCKED)
    lead = with_second_factor(browser, live_server, "lea")
    lead.goto(review_url(proposal))
    lead.get_by_text("Break the glass").click()
    lead.get_by_label("The emergency").fill("The shop is down and this mends it.")
    lead.get_by_role("button", name="Approve by break-glass").click()
    expect(lead.get_by_text("Another person reviews it later.")).to_be_visible()
    expect(lead.get_by_role("button", name="Record the review")).to_have_count(0)
    lead.context.close()

    other = log_in("otto")
    other.goto(review_url(proposal))
    expect(other.get_by_label("Later review")).to_contain_text("1 more approval")
    other.get_by_label("Upheld").check()
    other.get_by_label("Why", exact=True).fill("It was down indeed, I saw the alarms.")
    other.get_by_role("button", name="Record the review").click()

    expect(other.get_by_text("The later review is recorded.")).to_be_visible()
    assert status_of(proposal) == Status.APPROVED
    assert LaterReview.objects.get().verdict == "upheld"
