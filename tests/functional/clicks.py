"""What people do on pages more than once."""

from __future__ import annotations

from playwright.sync_api import Page

from proposals.models import Proposal


def send_login(page: Page, username: str, code: str | None = None) -> None:
    """Open the admin, fill in the login and send it, with a code where one is given."""
    page.goto("/admin/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill("pw")
    if code is not None:
        page.locator("input[name=code]").fill(code)
    page.get_by_role("button", name="Log in").click()


def keep_estimate(page: Page, likelihood: int, damage: int) -> None:
    """Give one's own estimate on the review page that is open."""
    page.locator(f"input[name=likelihood][value='{likelihood}']").check()
    page.locator(f"input[name=damage][value='{damage}']").check()
    page.get_by_role("button", name="Keep my estimate").click()


def agree(page: Page, proposal: Proposal) -> None:
    """Give the estimate that the engine gives."""
    assert proposal.assessment is not None
    keep_estimate(page, proposal.assessment.likelihood, proposal.assessment.damage)


def ask_for_all(page: Page, action: str) -> None:
    """Tick every row of the list that is open and run an action, up to the page that asks for the reason."""
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option(label=action)
    page.get_by_role("button", name="Run").click()
