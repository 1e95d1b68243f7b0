"""Errors as the API tells them: RFC 9457 problem+json.

`_TABLE` is the one place that knows which exception is which problem; `proposals/api/problems.py` says what each means.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.urls import is_valid_path
from psycopg_pool import PoolTimeout
from rest_framework import exceptions
from rest_framework.reverse import reverse
from rest_framework.views import set_rollback

from execution.failures import RollbackRefused
from execution.services.rights import ExecutionRefused
from execution.states import InvalidTaskTransition
from fsarsite.api_settings import API_PREFIX
from fsarsite.request_ids import request_id
from proposals.api import problems
from proposals.api.parsers import BodyTooLarge, LengthRequired
from proposals.api.problems import MEDIA_TYPE, ProblemType
from proposals.reports import FIELDS, ReportError
from proposals.services import (
    DecisionRefused,
    DecisionStale,
    EstimateMissing,
    NotAllowed,
    ReasonTooShort,
    ReportConflict,
)
from proposals.services.idempotency import KeyReused, StillRunning
from proposals.states import InvalidTransition

_RETRY_SECONDS = {problems.UNAVAILABLE: 5, problems.STILL_RUNNING: 1}
logger = logging.getLogger(__name__)

More = Callable[[Any, HttpRequest], dict[str, Any]]


def _nothing(_error: Any, _request: HttpRequest) -> dict[str, Any]:
    return {}


def _report_error(error: ReportError, request: HttpRequest) -> dict[str, Any]:
    told: dict[str, Any] = {"detail": error.reason, "field": error.field}
    name, _, index = error.field.rstrip("]").partition("[")
    if request.content_type == "application/json" and name in FIELDS:
        told["pointer"] = f"/{name}/{index}" if index else f"/{name}"
    if error.line is not None:
        told["line"] = error.line
    return {"errors": [told]}


def _conflict(error: ReportConflict, request: HttpRequest) -> dict[str, Any]:
    return {"existing": reverse("api-proposal", args=[error.existing.report_id], request=request)}


def _current(error: InvalidTransition | InvalidTaskTransition, _request: HttpRequest) -> dict[str, Any]:
    return {"current": error.before}


def _reason(error: ReasonTooShort, _request: HttpRequest) -> dict[str, Any]:
    return {"errors": [{"detail": str(error), "pointer": "/note"}]}


def _estimate(error: EstimateMissing, _request: HttpRequest) -> dict[str, Any]:
    return {"errors": [{"detail": str(error), "pointer": pointer} for pointer in ("/likelihood", "/damage")]}


def _invalid(error: exceptions.ValidationError, request: HttpRequest) -> dict[str, Any]:
    in_body = request.method not in {"GET", "HEAD"}
    wrong = [(path, text) for path, text in _flat(error.detail) if text]
    errors = [
        {"detail": text, "pointer": "".join(f"/{_escaped(step)}" for step in path)}
        if in_body
        else {"detail": text, "parameter": ".".join(path)}
        for path, text in wrong
    ]
    return {"errors": errors, "detail": "; ".join(": ".join(filter(None, (".".join(p), t))) for p, t in wrong)}


def _flat(detail: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
    """DRF's tree of messages as pairs of path and message."""
    if isinstance(detail, dict):
        return [
            pair
            for name, below in detail.items()
            for pair in _flat(below, path if name == "non_field_errors" else (*path, str(name)))
        ]
    if isinstance(detail, list):
        return [pair for below in detail for pair in _flat(below, path)]
    return [(path, str(detail))]


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


@dataclass(frozen=True, slots=True)
class _Row:
    error: type[Exception]
    type: ProblemType
    more: More = _nothing


_TABLE = (  # the first row that fits is taken
    _Row(ReportError, problems.REPORT_INVALID, _report_error),
    _Row(ReportConflict, problems.REPORT_CONFLICT, _conflict),
    _Row(NotAllowed, problems.FORBIDDEN),
    _Row(ReasonTooShort, problems.REQUEST_INVALID, _reason),
    _Row(EstimateMissing, problems.REQUEST_INVALID, _estimate),
    _Row(DecisionStale, problems.DECISION_STALE),
    _Row(DecisionRefused, problems.INVALID_STATE),
    _Row(InvalidTransition, problems.INVALID_STATE, _current),
    _Row(InvalidTaskTransition, problems.INVALID_STATE, _current),
    _Row(ExecutionRefused, problems.INVALID_STATE),
    _Row(RollbackRefused, problems.ROLLBACK_REFUSED),
    _Row(StillRunning, problems.STILL_RUNNING),
    _Row(KeyReused, problems.KEY_REUSED),
    _Row(exceptions.ValidationError, problems.REQUEST_INVALID, _invalid),
    _Row(exceptions.ParseError, problems.MALFORMED),
    _Row(UnreadablePostError, problems.MALFORMED),  # the caller hung up
    _Row(exceptions.NotAuthenticated, problems.UNAUTHENTICATED),
    _Row(exceptions.AuthenticationFailed, problems.UNAUTHENTICATED),
    _Row(exceptions.PermissionDenied, problems.FORBIDDEN),
    _Row(PermissionDenied, problems.FORBIDDEN),
    _Row(exceptions.NotFound, problems.NOT_FOUND),
    _Row(Http404, problems.NOT_FOUND),
    _Row(exceptions.MethodNotAllowed, problems.METHOD_NOT_ALLOWED),
    _Row(LengthRequired, problems.LENGTH_REQUIRED),
    _Row(BodyTooLarge, problems.TOO_LARGE),
    _Row(exceptions.UnsupportedMediaType, problems.UNSUPPORTED_MEDIA_TYPE),
    _Row(exceptions.Throttled, problems.THROTTLED),
    _Row(OperationalError, problems.UNAVAILABLE),
    _Row(PoolTimeout, problems.UNAVAILABLE),
)
_UNTOLD = (OperationalError, PoolTimeout, PermissionDenied, Http404, UnreadablePostError)
"""Errors whose own words are not for callers: they name hosts, paths or classes."""


def problem_handler(exc: Exception, context: dict[str, Any]) -> HttpResponseBase | None:
    """DRF's answer to an exception, as a problem document; None lets it go on to a logged 500."""
    row = next((row for row in _TABLE if isinstance(exc, row.error)), None)
    if row is None:
        return None
    set_rollback()
    request: HttpRequest = context["request"]
    if row.type is problems.UNAVAILABLE:
        logger.error("%s answered 503", request.path, exc_info=exc)
    detail = f"{row.type.title}." if isinstance(exc, _UNTOLD) else str(getattr(exc, "detail", exc))
    return _problem(request, row.type, headers=_headers(exc, row.type), **{"detail": detail, **row.more(exc, request)})


def _headers(exc: Exception, kind: ProblemType) -> dict[str, str]:
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = str(exc.auth_header)  # type: ignore[attr-defined]
    wait = getattr(exc, "wait", None) or _RETRY_SECONDS.get(kind)
    if wait:
        headers["Retry-After"] = str(int(wait))
    return headers


def _problem(request: HttpRequest, kind: ProblemType, *, headers: dict[str, str], **members: Any) -> JsonResponse:
    told = {
        "type": kind.url,
        "title": kind.title,
        "status": int(kind.status),
        "instance": request.path,
        "request_id": request_id(request),
        **members,
    }
    return JsonResponse(told, status=kind.status, content_type=MEDIA_TYPE, headers=headers)


class ApiProblemMiddleware:
    """Answers below /api/ that went wrong before or beyond DRF, as problems: Django's own pages are HTML."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer; an HTML error page becomes a problem of the same status."""
        response = self.get_response(request)
        kind = problems.BY_STATUS.get(response.status_code)
        if not request.path.startswith(API_PREFIX) or kind is None or response.get("Content-Type") == MEDIA_TYPE:
            return response
        return _problem(request, kind, headers={}, detail=_hint(request, kind))


def _hint(request: HttpRequest, kind: ProblemType) -> str:
    if kind is problems.NOT_FOUND and not request.path.endswith("/") and is_valid_path(f"{request.path_info}/"):
        return f"There is nothing here; did you mean {request.path}/ ?"
    return f"{kind.title}."
