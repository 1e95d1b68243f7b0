"""What can go wrong at the API: RFC 9457 problem types, each with a page at ``/api/v1/problems/<slug>``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of refusal. ``what_to_do`` tells the client's author how to go on."""

    slug: str
    status: HTTPStatus
    title: str
    what_to_do: str

    @property
    def url(self) -> str:
        """The path of the page that explains it; the problem's ``type``."""
        return f"/api/v1/problems/{self.slug}"


MALFORMED = ProblemType(
    "malformed-request",
    HTTPStatus.BAD_REQUEST,
    "The request cannot be read",
    "Send one JSON object in UTF-8, each key once. `detail` says where reading stopped.",
)
REPORT_INVALID = ProblemType(
    "report-invalid",
    HTTPStatus.BAD_REQUEST,
    "This is not an FSAR report",
    "`errors` names the field, its line in the body and, for JSON, the JSON pointer. Mend it and submit again; "
    "nothing was stored.",
)
REQUEST_INVALID = ProblemType(
    "request-invalid",
    HTTPStatus.BAD_REQUEST,
    "A value is missing or wrong",
    "`errors` lists every wrong value: `pointer` into the body or `parameter` of the address, and why.",
)
UNAUTHENTICATED = ProblemType(
    "unauthenticated",
    HTTPStatus.UNAUTHORIZED,
    "No valid key",
    "Send `Authorization: Bearer KEY`. Make one in the admin under *API keys*, or with `manage.py issue_key USERNAME`.",
)
FORBIDDEN = ProblemType(
    "forbidden",
    HTTPStatus.FORBIDDEN,
    "This account may not do that",
    "`detail` names the right of the account, or the scope of the key, that is missing. Services and AI models never "
    "decide, whatever their rights.",
)
NOT_FOUND = ProblemType(
    "not-found",
    HTTPStatus.NOT_FOUND,
    "There is nothing here",
    "Check the id and the address: every address ends with a slash, but for documents such as `report.md`.",
)
METHOD_NOT_ALLOWED = ProblemType(
    "method-not-allowed",
    HTTPStatus.METHOD_NOT_ALLOWED,
    "This address does not take that method",
    "The `Allow` header lists the methods it takes.",
)
REPORT_CONFLICT = ProblemType(
    "report-conflict",
    HTTPStatus.CONFLICT,
    "This id was submitted with other content",
    "`existing` is the address of the proposal that has the id. A changed report is a new report: give it a new id.",
)
INVALID_STATE = ProblemType(
    "invalid-state",
    HTTPStatus.CONFLICT,
    "Not possible in the state it is in",
    "Read it again: something happened since. `current` is the state it is in, where that is the reason.",
)
DECISION_STALE = ProblemType(
    "decision-stale",
    HTTPStatus.CONFLICT,
    "It was assessed again since you read it",
    "A decision is bound to the content and the assessment that were read. Read the proposal again, then decide.",
)
ROLLBACK_REFUSED = ProblemType(
    "rollback-refused",
    HTTPStatus.CONFLICT,
    "Nothing was undone",
    "Undoing it would destroy what came after, or what undoes it cannot be reached now. The attempt is recorded with "
    "the task; `detail` says what is in the way. It may be tried again.",
)
STILL_RUNNING = ProblemType(
    "still-running",
    HTTPStatus.CONFLICT,
    "The first request with this key still runs",
    "Ask again, with the same `Idempotency-Key`, after the seconds that the `Retry-After` header says.",
)
KEY_REUSED = ProblemType(
    "idempotency-key-reused",
    HTTPStatus.CONFLICT,
    "This Idempotency-Key came before with another request",
    "A key stands for one method, address and body, for 24 hours. Give another request another key.",
)
LENGTH_REQUIRED = ProblemType(
    "length-required",
    HTTPStatus.LENGTH_REQUIRED,
    "The body has no length",
    "Send it with a `Content-Length` header, not with `Transfer-Encoding: chunked`.",
)
TOO_LARGE = ProblemType(
    "too-large",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "The body is too large",
    "A report has at most 2 MiB, every other body at most 64 KiB.",
)
UNSUPPORTED_MEDIA_TYPE = ProblemType(
    "unsupported-media-type",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "The body is of a type that is not taken here",
    "Send reports as `application/json` or `text/markdown`, everything else as `application/json`.",
)
THROTTLED = ProblemType(
    "throttled",
    HTTPStatus.TOO_MANY_REQUESTS,
    "Too many requests",
    "Wait as many seconds as the `Retry-After` header says.",
)
INTERNAL = ProblemType(
    "internal",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Something failed on our side",
    "Try again; every write is safe to repeat. If it stays, report the `request_id`.",
)
UNAVAILABLE = ProblemType(
    "unavailable",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The database is away or busy",
    "Try again after the seconds that the `Retry-After` header says.",
)

TYPES: Mapping[str, ProblemType] = {
    each.slug: each
    for each in (
        MALFORMED,
        REPORT_INVALID,
        REQUEST_INVALID,
        UNAUTHENTICATED,
        FORBIDDEN,
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        REPORT_CONFLICT,
        INVALID_STATE,
        DECISION_STALE,
        ROLLBACK_REFUSED,
        STILL_RUNNING,
        KEY_REUSED,
        LENGTH_REQUIRED,
        TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE,
        THROTTLED,
        INTERNAL,
        UNAVAILABLE,
    )
}
BY_STATUS: Mapping[int, ProblemType] = {
    400: MALFORMED,
    401: UNAUTHENTICATED,
    403: FORBIDDEN,
    404: NOT_FOUND,
    405: METHOD_NOT_ALLOWED,
    411: LENGTH_REQUIRED,
    413: TOO_LARGE,
    415: UNSUPPORTED_MEDIA_TYPE,
    429: THROTTLED,
    500: INTERNAL,
    503: UNAVAILABLE,
}
"""What an error from below the API, which knows only its status, is told as."""


class ProblemErrorSerializer(serializers.Serializer[Any]):
    """One wrong value."""

    detail = serializers.CharField(help_text="What is wrong with it.")
    pointer = serializers.CharField(required=False, help_text="JSON pointer (RFC 6901) into the body.")
    parameter = serializers.CharField(required=False, help_text="The parameter of the address.")
    field = serializers.CharField(required=False, help_text="The field of the report.")
    line = serializers.IntegerField(required=False, help_text="Its line in the body, from 1, where it is known.")


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457 problem details."""

    type = serializers.CharField(help_text="Path of the page that explains this type of problem.")
    title = serializers.CharField(help_text="The same for every problem of this type.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What happened this time, in one line.")
    instance = serializers.CharField(help_text="The path that was asked for.")
    request_id = serializers.CharField(help_text="Also in the X-Request-ID header; give it when you report a fault.")
    errors = ProblemErrorSerializer(many=True, required=False)  # type: ignore[assignment]  # the member's name
    existing = serializers.URLField(required=False, help_text="report-conflict: the proposal that has the id.")
    current = serializers.CharField(required=False, help_text="invalid-state: the state it is in.")


def problem_responses(*types: ProblemType) -> dict[tuple[int, str], OpenApiResponse]:
    """The problem answers of an operation, for its schema; those that every operation may give are added."""
    by_status: dict[int, list[ProblemType]] = {}
    for each in (*types, UNAUTHENTICATED, FORBIDDEN):
        by_status.setdefault(int(each.status), []).append(each)
    return {(status, MEDIA_TYPE): _response(each) for status, each in sorted(by_status.items())}


def _response(types: Iterable[ProblemType]) -> OpenApiResponse:
    types = tuple(dict.fromkeys(types))
    return OpenApiResponse(
        ProblemSerializer,
        description="; ".join(each.title for each in types) + ".",
        examples=[
            OpenApiExample(
                each.slug,
                summary=each.title,
                value=_example(each),
                media_type=MEDIA_TYPE,
                response_only=True,
                status_codes=[str(int(each.status))],
            )
            for each in types
        ],
    )


_DETAILS: Mapping[ProblemType, dict[str, Any]] = {
    REPORT_INVALID: {
        "detail": "severity (line 4): must be a whole number from 0 to 75, not 99",
        "errors": [
            {
                "detail": "must be a whole number from 0 to 75, not 99",
                "pointer": "/severity",
                "field": "severity",
                "line": 4,
            }
        ],
    },
    REQUEST_INVALID: {
        "detail": "note: give a reason of at least 10 characters",
        "errors": [{"detail": "give a reason of at least 10 characters", "pointer": "/note"}],
    },
    REPORT_CONFLICT: {
        "detail": "fsar_0001 was submitted before with other content; give the changed report a new id",
        "existing": "https://fsarsite.example/api/v1/proposals/fsar_0001/",
    },
    INVALID_STATE: {"detail": "a proposal that is rejected cannot become approved", "current": "rejected"},
}


def _example(kind: ProblemType) -> dict[str, Any]:
    head = {"type": kind.url, "title": kind.title, "status": int(kind.status)}
    about = {"instance": "/api/v1/proposals/", "request_id": "4f6f3f0d0c8b4b0e9a52d1c0a4d8f3b7"}
    return head | {"detail": f"{kind.title}."} | _DETAILS.get(kind, {}) | about


WRITE_REFUSALS = problem_responses(
    MALFORMED,
    REQUEST_INVALID,
    NOT_FOUND,
    INVALID_STATE,
    LENGTH_REQUIRED,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
)
"""What a write to a proposal may answer instead."""
