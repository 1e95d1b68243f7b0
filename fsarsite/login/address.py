"""Where a request comes from."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The caller's address: the one that our proxy added where there is one, since callers may write the others."""
    seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    if settings.SECURE_PROXY_SSL_HEADER and seen:
        return seen
    return str(request.META.get("REMOTE_ADDR", ""))
