"""The admin site: unfold with our name. Rooms register their own pages."""

from __future__ import annotations

from unfold.sites import UnfoldAdminSite


class Site(UnfoldAdminSite):
    """The operators' desk."""

    site_title = site_header = "fsarsite"
    index_title = "Overview"
