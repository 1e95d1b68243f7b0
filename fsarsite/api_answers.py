"""What every answer of the API is given on its way out: a tag to ask by again, and compression."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.middleware.http import ConditionalGetMiddleware
from django.utils.cache import patch_vary_headers

from fsarsite.api_settings import API_PREFIX

_LEFT_OUT_OF_304 = ("RateLimit", "RateLimit-Policy")


class ApiConditionalGet(ConditionalGetMiddleware):
    """Django's, below /api/ only: an ``ETag`` for each answer to GET, and 304 to who has it."""

    def process_response(self, request: HttpRequest, response: Any) -> HttpResponseBase:
        """The answer, or 304. Only for the one who asks: others may see other rows at the same address."""
        if response.status_code != 200 or not request.path.startswith(API_PREFIX):
            return response  # type: ignore[no-any-return]
        response.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(response, ["Authorization", "Cookie"])
        answer = super().process_response(request, response)
        for name in _LEFT_OUT_OF_304:
            if name in response:
                answer[name] = response[name]
        return answer


class ApiGZip(GZipMiddleware):
    """Django's, below /api/ only, where no page holds a secret beside what somebody else wrote into it."""

    def process_response(self, request: HttpRequest, response: Any) -> HttpResponseBase:
        """The answer, compressed where it is worth it and asked for."""
        return super().process_response(request, response) if request.path.startswith(API_PREFIX) else response
