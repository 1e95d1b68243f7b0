"""The admin site: unfold with our name and our login. Rooms register their own pages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite

from proposals.models import User

_HIDDEN = frozenset({"otp_static", "otp_totp"})
"""Apps whose own pages would show secrets; people have a page for theirs."""


class Site(UnfoldAdminSite):
    """The operators' desk."""

    site_title = site_header = "fsarsite"
    index_title = "Overview"
    login_template = "admin/fsarsite/login.html"

    def register(self, model_or_iterable: Any, *args: Any, **options: Any) -> None:
        """As Django does, but for what is hidden."""
        models = model_or_iterable if isinstance(model_or_iterable, (list, tuple)) else [model_or_iterable]
        shown = [model for model in models if model._meta.app_label not in _HIDDEN]  # noqa: SLF001 - Django's way
        super().register(shown, *args, **options)

    def get_urls(self) -> list[URLPattern]:  # type: ignore[override]  # unfold says so, Django more
        """Django's, and the page of one's own second factor."""
        own = path("second-factor/", self.admin_view(self.second_factor), name="second-factor")
        return [own, *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Django's; whoever comes in is told when they did before."""
        from fsarsite.login.notice import last_login_notice  # noqa: PLC0415 - models are loaded by then

        answer: HttpResponse = super().login(request, extra_context)
        if hasattr(request, "previous_login") and isinstance(request.user, User):
            messages.info(request, last_login_notice(request.user, request.previous_login))
        return answer

    def second_factor(self, request: HttpRequest) -> HttpResponse:
        """One's own second factor."""
        from fsarsite.login.page import second_factor_view  # noqa: PLC0415 - models are loaded by then

        return second_factor_view(request, self.each_context(request))
