"""Photograph every page of the admin at two widths: ``python docs/make_screens.py URL USER PASSWORD``.

Finds the pages by the sidebar, and behind each list its first row. Writes docs/images/screens/ and docs/screens.md.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from make_screenshots import CHROMIUM, PHONE, PROGRAM, SIZE, log_in
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
SCREENS = HERE / "images" / "screens"
QUALITY = 45
FURTHER = (
    "/admin/proposals/proposal/add/",
    "/admin/proposals/policyversion/edit/",
    "/admin/proposals/notice/mine/",
    "/admin/proposals/noticeendpoint/add/",
    "/admin/second-factor/",
    "/admin/password_change/",
)
_HEAD = """# Every page of the desk

Taken from the running product by `python docs/make_screens.py`, at 1280 and at 390 pixels, and looked at.

"""


def main(base: str, username: str, password: str) -> None:
    """Log in, find the pages, photograph each twice."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=CHROMIUM)
        page = browser.new_context(viewport=SIZE, base_url=base).new_page()
        log_in(page, username, password)
        taken = [_take(page, address) for address in dict.fromkeys(_addresses(page))]
        browser.close()
    (HERE / "screens.md").write_text(_HEAD + "\n".join(taken))


def _addresses(page: Page) -> Iterator[str]:
    links = page.locator("#nav-sidebar-inner a[href^='/admin/']")
    lists = list(dict.fromkeys(link.get_attribute("href") or "" for link in links.all()))
    for address in lists:
        yield address
        page.goto(address)
        row = page.locator("#result_list tbody a[href*='/change/']").first
        if row.count():
            yield urlsplit(row.get_attribute("href") or "").path
    yield from FURTHER


def _take(page: Page, address: str) -> str:
    """Two pictures, and the lines of the page that show them."""
    name = re.sub(r"[^a-z]+", "-", address.removeprefix("/admin/").lower()).strip("-") or "home"
    shown = []
    for size, suffix in ((SIZE, "wide"), (PHONE, "phone")):
        page.set_viewport_size(size)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=SCREENS / f"{name}-{suffix}.jpg", type="jpeg", quality=QUALITY)
        width = 640 if suffix == "wide" else 195
        shown.append(f'<img src="images/screens/{name}-{suffix}.jpg" width="{width}" alt="{name}, {suffix}">')
    return f"## `{re.sub('[0-9]+', 'ID', address)}`\n\n{shown[0]} {shown[1]}\n"


if __name__ == "__main__":
    main(*sys.argv[1:4])
