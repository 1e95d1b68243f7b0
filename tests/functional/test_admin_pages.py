"""Every page of the admin: readable by a screen reader, in light and in dark, and none too wide for a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from proposals.models import User
from tests.functional.accessibility import axe_findings, width_findings
from tests.functional.album import Album
from tests.functional.conftest import LogIn
from tests.integration.fsarsite.rights.addresses import url_of
from tests.integration.fsarsite.rights.expected import declared
from tests.integration.fsarsite.rights.roles import NOBODY
from tests.integration.fsarsite.rights.stage import set_stage

pytestmark = pytest.mark.django_db(transaction=True)
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}
_NO_PAGE = ("report.<str:form>", "export/", "autocomplete/", "jsi18n/", "live/", "logout/", "login/", "search/")
_ALIKE = ("delete/", "history/", "<path:object_id>/")
"""Pages of Django's that differ by a name only; one of each is enough."""


def test_every_admin_page_is_accessible_and_fits(log_in: LogIn) -> None:
    page = log_in("olga", groups=("Leads", "Auditors"))
    User.objects.filter(username="olga").update(is_superuser=True)
    stage, album = set_stage(), Album()

    findings = [found for route in _pages() for found in _findings(page, route, url_of(route, stage), album)]

    album.bind()
    assert not findings, "\n".join(findings)


def _pages() -> list[str]:
    """The routes that show a page of ours; django-q2's own are not."""
    shown = [route for route, door in declared().items() if door.see != NOBODY and "django_q" not in route]
    pages = [route for route in shown if not route.startswith("r/") and not any(part in route for part in _NO_PAGE)]
    return [route for route in pages if not route.endswith(_ALIKE) or route.startswith("proposals/user/")]


def _findings(page: Page, route: str, url: str, album: Album) -> Iterator[str]:
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.goto(url)
    yield from axe_findings(page, url)
    yield from width_findings(page, url)
    album.take(page, route, "wide")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    yield from width_findings(page, url)
    album.take(page, route, "phone")
