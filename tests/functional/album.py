"""Pictures of the pages that a test walks through, when `docs/make_screens.py` asks for them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

FOLDER = "FSARSITE_SCREENS"
"""The variable that names the folder of the documentation; nothing is photographed without it."""
WIDTHS = {"wide": 640, "phone": 195}
"""In pixels, as they are shown in the document."""
_QUALITY = 45
_HEAD = """# Every page of the desk

Taken by `python docs/make_screens.py` from the pages that the tests walk through, at 1280 and at 390 pixels, and
looked at. The rows are the tests' own.

"""


@dataclass
class Album:
    """Two pictures of each route, and the document that shows them."""

    routes: list[str] = field(default_factory=list)
    folder: Path | None = field(default_factory=lambda: Path(os.environ[FOLDER]) if FOLDER in os.environ else None)

    def take(self, page: Page, route: str, width: str) -> None:
        """Photograph the page that is open; ``width`` is a key of `WIDTHS`."""
        if self.folder is None:
            return
        page.wait_for_load_state("networkidle")
        page.screenshot(path=self.folder / _file(route, width), type="jpeg", quality=_QUALITY)
        if route not in self.routes:
            self.routes.append(route)

    def bind(self) -> None:
        """Write the document."""
        if self.folder is not None:
            (self.folder / "screens.md").write_text(_HEAD + "\n".join(map(_entry, self.routes)))


def _entry(route: str) -> str:
    pictures = " ".join(
        f'<img src="{_file(route, width)}" width="{pixels}" alt="{_name(route)}, {width}">'
        for width, pixels in WIDTHS.items()
    )
    return f"## `/admin/{_holes_filled(route)}`\n\n{pictures}\n"


def _file(route: str, width: str) -> str:
    return f"images/screens/{_name(route)}-{width}.jpg"


def _name(route: str) -> str:
    return re.sub("[^a-z]+", "-", _holes_filled(route).lower()).strip("-") or "home"


def _holes_filled(route: str) -> str:
    return re.sub("<[^>]*>", "ID", route)
