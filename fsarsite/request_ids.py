"""One id per request, in every answer, so that a caller's report finds our log line."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "X-Request-ID"
_META = "HTTP_X_REQUEST_ID"
_SANE = re.compile(r"[A-Za-z0-9._:-]{1,100}")


class RequestIdMiddleware:
    """Takes the caller's X-Request-ID when it is 1 to 100 harmless characters, else makes one; answers with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the id in the header."""
        given = request.META.get(_META, "")
        request.META[_META] = given if _SANE.fullmatch(given) else uuid4().hex
        response = self.get_response(request)
        response[HEADER] = request_id(request)
        return response


def request_id(request: HttpRequest) -> str:
    """The id of a request; empty outside the middleware."""
    return str(request.META.get(_META, ""))
