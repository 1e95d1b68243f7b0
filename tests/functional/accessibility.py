"""What axe says of the page that is open, and whether it fits."""

from __future__ import annotations

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_RUN_AXE = 'rules => axe.run({resultTypes: ["violations"], ...rules})'
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def axe_findings(page: Page, name: str) -> Iterator[str]:
    """Every rule in light, contrast alone once more in dark: nothing else differs."""
    page.evaluate(Axe().axe_script)
    for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for each in page.evaluate(_RUN_AXE, rules)["violations"]:
            yield f"{name}, {scheme}: {each['impact']} {each['id']}: {each['nodes'][0]['html'][:150]}"
    page.emulate_media(color_scheme="light")


def width_findings(page: Page, name: str) -> Iterator[str]:
    """Whether it must be scrolled sideways."""
    if (wide := page.evaluate(_TOO_WIDE)) > 0:
        yield f"{name}: {wide} px too wide"
