"""How long a session lasts, from the login and without anybody there."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

_BEGAN, _SEEN = "began_at", "seen_at"
_NOTED_EVERY = 60
"""Seconds between two writes of a session."""


class SessionLimitsMiddleware:
    """Ends sessions that are too old, or that nobody used for too long. Pages that refresh themselves are no use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._age, self._idle = settings.SESSION_HOURS * 3600, settings.SESSION_IDLE_MINUTES * 60
        if not self._age and not self._idle:
            raise MiddlewareNotUsed

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """End the session, or note that it is used."""
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES  # else a page would vary by cookie for nothing
        if has_session and request.user.is_authenticated:
            if why := self._is_over(request):
                logout(request)
                messages.info(request, f"You were logged out: {why}.")
            elif _is_by_hand(request):
                _note(request)
        return self._get_response(request)

    def _is_over(self, request: HttpRequest) -> str:
        now, session = time.time(), request.session
        if self._age and now - session.get(_BEGAN, now) > self._age:
            return f"the login was more than {settings.SESSION_HOURS} hours ago"
        if self._idle and now - session.get(_SEEN, now) > self._idle:
            return f"nothing was done for more than {settings.SESSION_IDLE_MINUTES} minutes"
        return ""


def _is_by_hand(request: HttpRequest) -> bool:
    """Browsers say whether somebody opened a page, or a script fetched something."""
    return request.headers.get("Sec-Fetch-Dest", "document") == "document" or _BEGAN not in request.session


def _note(request: HttpRequest) -> None:
    now, session = int(time.time()), request.session
    session.setdefault(_BEGAN, now)
    if now - session.get(_SEEN, 0) >= _NOTED_EVERY:
        session[_SEEN] = now
