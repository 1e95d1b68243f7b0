"""How often a key may call: so many requests in each minute, told in the headers of every answer.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
"""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from proposals.models import ApiKey
from proposals.services.keys import Used, count_request


class KeyRate(BaseThrottle):
    """Counts in the database, so that all processes count together. The admin's own sessions have no limit."""

    _used: Used | None = None

    def allow_request(self, request: Request, _view: APIView) -> bool:
        """Whether there is one left. The answer's headers are kept on the request."""
        if not isinstance(request.auth, ApiKey):
            return True
        self._used = used = count_request(request.auth)
        request.rate_headers = {  # type: ignore[attr-defined]  # for Endpoint.finalize_response
            "RateLimit-Policy": f'"key";q={request.auth.rate_per_minute};w=60',
            "RateLimit": f'"key";r={max(used.left, 0)};t={used.seconds}',
        }
        return used.left >= 0

    def wait(self) -> float | None:
        """Seconds until the next minute."""
        return self._used.seconds if self._used else None
