"""The queue with keys, and a decision about all that match a filter, by a person in a browser."""

from __future__ import annotations

import string

import pytest
from playwright.sync_api import Page, expect

from proposals.models import Proposal
from proposals.states import Status
from tests.factories import create_proposal
from tests.functional.clicks import ask_for_all
from tests.functional.conftest import LogIn

pytestmark = pytest.mark.django_db(transaction=True)
QUEUE = "/admin/proposals/proposal/"


def block(number: int) -> Proposal:
    return create_proposal(proposal=f"self_improvement: Item {number}. [fsar_block]")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_keys_move_select_open_and_claim_and_never_decide(log_in: LogIn) -> None:
    first, second = block(1), block(2)
    page = log_in()
    page.goto(QUEUE)

    press(page, "j", "j", "k", "j", "x", "?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    press(page, "Escape")
    expect(page.locator("tr.fs-current").get_by_role("checkbox")).to_be_checked()
    page.get_by_placeholder("Title, path, text, id").press_sequentially("jxorc?")
    expect(page.get_by_placeholder("Title, path, text, id")).to_have_value("jxorc?")
    page.get_by_placeholder("Title, path, text, id").blur()
    press(page, "o")
    page.wait_for_url(f"**{QUEUE}{second.pk}/change/")
    press(page, "r", *string.ascii_lowercase)
    expect(page.get_by_label("Reason", exact=False).first).to_have_value(string.ascii_lowercase)
    page.locator("#note").blur()
    press(page, "c")
    expect(page.get_by_text("You claimed this proposal.")).to_be_visible()
    for key in set(string.ascii_lowercase) - {"n", "c"}:
        press(page, key)
        page.locator("#note").blur()

    standing = Proposal.objects.order_by("pk").values_list("pk", "status", "claimed_by__username")
    assert list(standing) == [(first.pk, Status.BLOCKED, None), (second.pk, Status.BLOCKED, "olga")]


def test_all_that_match_are_sent_back_with_one_reason(log_in: LogIn) -> None:
    blocked = [block(number) for number in range(3)]
    left = create_proposal(Status.NEEDS_MITIGATION)
    page = log_in()
    page.goto(f"{QUEUE}?standing=blocked")

    ask_for_all(page, "Send back with a reason")
    expect(page.get_by_role("heading", name="Send back 3 proposals?")).to_be_visible()
    page.get_by_label("Reason").fill("None of these names a table that exists.")
    page.get_by_role("button", name="Send back 3").click()
    expect(page.get_by_text("3 sent back.")).to_be_visible()

    assert set(Proposal.objects.filter(status=Status.RETURNED)) == set(blocked)
    assert Proposal.objects.get(pk=left.pk).status == Status.NEEDS_MITIGATION
