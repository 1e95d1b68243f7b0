"""Take the documentation's pictures from the running product: ``python docs/make_screenshots.py URL USER PASSWORD``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).with_name("images")
PROGRAM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SIZE = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 860}
FOUNDING = {
    "19235936": "founding-ai-model-column",
    "3f4f1333": "founding-broken-sql",
    "42436ff6": "founding-pure-plan",
    "5c610a07": "founding-migration-script",
    "d86d45b0": "founding-schema-adjustment",
}  # pictures of the five founding reports, where they were imported


def main(base: str, username: str, password: str) -> None:
    """Log in and photograph the queue, a review page, the tasks and one of them."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=CHROMIUM)
        page = browser.new_context(viewport=SIZE, base_url=base).new_page()
        log_in(page, username, password)
        _take(page, "/admin/proposals/proposal/", "queue")
        page.get_by_role("link").filter(has_text="Finished work is recorded as failed").first.click()
        _take(page, page.url, "review")
        _take(page, "/admin/execution/executiontask/", "tasks")
        _take(page, "/admin/execution/executiontask/kpis/", "kpis")
        page.goto("/admin/execution/executiontask/?status__exact=succeeded")
        page.get_by_role("link").filter(has_text="gift_cards.sql").first.click()
        _take(page, page.url, "task")
        for start, name in FOUNDING.items():
            page.goto(f"/admin/proposals/proposal/?standing=all&q=fsar_{start}")
            found = page.locator("#result_list a[href*='/change/']")
            if found.count():
                found.first.click()
                _take(page, page.url, name)
        _take_money(page)
        browser.close()


def _take_money(page: Page) -> None:
    """Photograph revenue, wide and on a phone, the opportunity that earned most, and the newest reconciliation."""
    page.goto("/admin/billing/dailyrevenue/?by=opportunity")
    earned = page.locator(".fs-money").last.locator("tbody th")  # the first table has the sums
    if not earned.count():
        return
    name = earned.first.inner_text()
    _take(page, "/admin/billing/dailyrevenue/", "revenue")
    page.goto("/admin/proposals/opportunity/")
    page.get_by_role("link", name=name).click()
    _take(page, page.url, "opportunity")
    page.goto("/admin/billing/reconciliation/")
    if page.locator("#result_list a[href*='/change/']").count():
        page.locator("#result_list a[href*='/change/']").first.click()
        _take(page, page.url, "reconciliation")
    page.set_viewport_size(PHONE)
    _take(page, "/admin/billing/dailyrevenue/", "revenue-phone")


def log_in(page: Page, username: str, password: str) -> None:
    """At the admin's own form."""
    page.goto("/admin/login/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/")


def _take(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
