"""The desk by real people: saved views, reviewers' figures, a second opinion, threads on lines, many at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect

from proposals.models import Proposal, SavedView, Snooze
from proposals.states import Status
from tests.factories import create_proposal, file_proposal
from tests.factories.browsers import review_url
from tests.functional.clicks import agree, ask_for_all, keep_estimate, send_login
from tests.functional.conftest import LogIn

pytestmark = pytest.mark.django_db(transaction=True)
QUEUE = "/admin/proposals/proposal/"


def test_view_is_shared_by_a_lead_opened_by_another_renamed_and_deleted(log_in: LogIn) -> None:
    blocked, other = create_proposal(Status.BLOCKED), create_proposal(Status.NEEDS_MITIGATION)
    lead, operator = log_in("lea", ("Leads",)), log_in("olga")
    lead.goto(f"{QUEUE}?standing=blocked")
    lead.get_by_text("Save this view").click()
    lead.get_by_label("Name").fill("Risky <b>ones</b>")
    lead.get_by_label("Share with all").check()
    lead.get_by_role("button", name="Save", exact=True).click()
    expect(lead.get_by_text("View saved.")).to_be_visible()

    operator.goto(QUEUE)
    operator.get_by_role("link", name="Risky <b>ones</b> shared by lea").click()
    expect(operator.locator(f"a[href*='/{blocked.pk}/change/']").first).to_be_visible()
    expect(operator.locator(f"a[href*='/{other.pk}/change/']")).to_have_count(0)
    expect(operator.get_by_label("Change Risky <b>ones</b>")).to_have_count(0)

    views = lead.get_by_label("Saved views")
    lead.get_by_label("Change Risky <b>ones</b>").click()
    views.get_by_label("Name").first.fill("Risky")
    views.get_by_role("button", name="Rename").click()
    expect(lead.get_by_text("View renamed.")).to_be_visible()
    lead.get_by_label("Change Risky").click()
    views.get_by_role("button", name="Delete").click()
    expect(lead.get_by_text("View deleted.")).to_be_visible()
    assert not SavedView.objects.exists()


def test_estimate_two_notches_off_asks_for_a_second_opinion_and_every_number_leads_to_its_rows(log_in: LogIn) -> None:
    proposal, page, second = create_proposal(Status.BLOCKED), log_in("olga"), log_in("otto")
    assert proposal.assessment is not None
    page.goto(review_url(proposal))
    expect(page.get_by_text("First, what do you think?")).to_be_visible()
    expect(page.get_by_role("table").filter(has_text="Estimate of")).to_have_count(0)
    judged = proposal.assessment.likelihood, proposal.assessment.damage
    keep_estimate(page, *(1 if notch > 2 else 5 for notch in judged))
    expect(page.locator(".fs-decide")).to_contain_text("One more because you are two notches or more from the engine.")
    page.get_by_role("button", name="Approve", exact=True).click()

    second.goto(review_url(proposal))
    agree(second, proposal)
    expect(second.locator(".fs-decide")).to_contain_text("1 of 2 approved, needs another person.")
    second.get_by_label("Reason").fill("The first reviewer saw too little in it.")
    second.get_by_role("button", name="Reject", exact=True).click()
    expect(second.get_by_text("Nothing to decide: this proposal is rejected.")).to_be_visible()

    page.goto("/admin/proposals/decision/reviewers/")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="olga"))
    expect(page.get_by_role("rowheader", name="otto")).to_have_count(0)  # an Operator sees their own figures
    row.get_by_role("link", name="1", exact=True).first.click()
    expect(page.get_by_role("link", name=proposal.title).first).to_be_visible()


def test_thread_on_a_line_and_what_is_new_since_the_last_look(log_in: LogIn) -> None:
    lines = file_proposal("shop/cart.py", "PRICE = 1\nNAME = 'bread'\n")
    proposal = create_proposal(Status.BLOCKED, proposal=lines, block_execution=True)
    first, second = log_in("olga"), log_in("otto")
    second.goto(review_url(proposal))
    first.goto(review_url(proposal))
    first.locator("#file > summary").click()
    first.get_by_role("link", name="Comment on line 2").first.click()
    first.get_by_label("Comment on line 2 Markdown").fill("Why **bread**? <script>alert(1)</script>")
    first.get_by_role("button", name="Comment", exact=True).click()
    expect(first.get_by_label("Thread on").locator("strong").last).to_have_text("bread")
    first.get_by_role("button", name="Watch").click()
    expect(first.get_by_role("button", name="Stop watching")).to_be_visible()
    first.get_by_role("button", name="Claim").click()

    second.goto(review_url(proposal))
    expect(second.get_by_label("New since you last looked")).to_contain_text("Claimed by olga")
    second.goto(f"{review_url(proposal)}?open={proposal.threads.get().pk}")
    second.get_by_label("Thread on").get_by_role("button", name="Resolve").click()
    expect(second.get_by_text("Resolved").first).to_be_visible()
    first.goto(review_url(proposal))
    first.get_by_role("button", name="Release").click()
    expect(first.get_by_role("button", name="Claim")).to_be_visible()


def test_all_that_match_are_snoozed_and_a_page_that_is_stale_rejects_none(log_in: LogIn) -> None:
    waiting = [create_proposal(proposal=f"self_improvement: Item {n}. [fsar_block]") for n in range(3)]
    page, other = log_in("olga"), log_in("otto")
    other.goto(f"{QUEUE}?standing=blocked")
    ask_for_all(other, "Reject with a reason")
    other.get_by_label("Reason").fill("None of these names a table that exists.")

    page.goto(QUEUE)
    ask_for_all(page, "Snooze for me")
    expect(page.get_by_role("heading", name="Snooze 3 proposals?")).to_be_visible()
    page.get_by_label("Reason").fill("Nothing can be said before Monday.")
    page.get_by_role("button", name="Snooze 3").click()
    expect(page.get_by_text("3 snoozed.")).to_be_visible()
    page.goto(review_url(waiting[0]))
    page.get_by_label("Reason").first.fill("It names no table that exists.")
    page.get_by_role("button", name="Reject", exact=True).click()

    other.get_by_role("button", name="Reject 3").click()
    expect(other.get_by_text("some changed, came or went meanwhile")).to_be_visible()
    assert Snooze.objects.count() == 3
    assert Proposal.objects.filter(status=Status.REJECTED).count() == 1


def test_home_leads_to_what_waits_where_repeats_are_one_row_and_a_lead_moves_a_deadline(log_in: LogIn) -> None:
    put = "self_improvement: Add the missing `grams` column to the `bread_orders` table, says {}."
    asked = [create_proposal(proposal=put.format(n), block_execution=True) for n in range(3)]
    lead = log_in("lea", ("Leads",))
    lead.get_by_role("link", name="Waiting, blocked").click()
    expect(lead.locator("#result_list tbody tr")).to_have_count(3)  # a filter shows every row
    lead.goto(QUEUE)
    expect(lead.locator("#result_list tbody tr")).to_have_count(1)
    lead.get_by_role("link", name="3 ask for this").click()
    expect(lead.locator("#result_list tbody tr")).to_have_count(3)

    moved = (timezone.localtime() + timedelta(hours=5)).replace(second=0, microsecond=0)
    lead.goto(review_url(asked[1]))
    lead.get_by_text("Give to somebody, move the deadline").click()
    lead.get_by_label("Decide by").fill(f"{moved:%Y-%m-%dT%H:%M}")
    lead.get_by_role("button", name="Move").click()
    expect(lead.get_by_text("4 hours left").first).to_be_visible()
    assert Proposal.objects.get(pk=asked[1].pk).due_at == moved


def test_all_that_match_are_rejected_and_the_auditor_takes_the_trail_along(log_in: LogIn, tmp_path: Path) -> None:
    for n in range(3):
        create_proposal(proposal=f"self_improvement: Item {n}. [fsar_block]")
    page, auditor = log_in("olga"), log_in("ada", ("Auditors",))
    page.goto(f"{QUEUE}?standing=blocked")
    ask_for_all(page, "Reject with a reason")
    page.get_by_label("Reason").fill("None of these names a table that exists.")
    page.get_by_role("button", name="Reject 3").click()
    expect(page.get_by_text("3 rejected.")).to_be_visible()

    auditor.goto("/admin/proposals/trailentry/")
    with auditor.expect_download() as download:
        auditor.get_by_role("button", name="Export the trail as JSON Lines").click()
    download.value.save_as(tmp_path / "trail.jsonl")
    call_command("verify_trail", tmp_path / "trail.jsonl")

    assert (tmp_path / "trail.jsonl").read_text().count("None of these names a table that exists.") >= 3


def test_second_factor_is_set_up_and_a_recovery_code_logs_in_once(log_in: LogIn) -> None:
    page = log_in("olga")
    page.goto("/admin/second-factor/")
    page.get_by_role("button", name="Set one up").click()
    expect(page.get_by_role("img", name="The QR code of your secret")).to_be_visible()
    device = TOTPDevice.objects.get()
    page.get_by_role("textbox", name="Code").fill(f"{totp(device.bin_key, t0=device.t0):06d}")
    page.get_by_role("textbox", name="Code").press("Enter")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    code = page.locator(".fs-rows code").first.inner_text()
    page.get_by_role("link", name="I have them").click()
    expect(page.get_by_text("You gave it for this session.")).to_be_visible()

    page.context.clear_cookies()
    for given, is_let_in in (("", False), (code, True)):
        send_login(page, "olga", code=given)
        expect(page.get_by_role("button", name="Log in")).to_have_count(0 if is_let_in else 1)
