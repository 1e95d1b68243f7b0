"""What the OpenAPI document says of each operation: words, examples, problems."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, inline_serializer

from proposals.api import problems
from proposals.api.examples import DECISION, DETAIL, MARKDOWN, REPORT, ROW, SARIF_LOG
from proposals.api.problems import problem_responses
from proposals.api.requests import DecideSerializer, NoteSerializer, ReasonSerializer
from proposals.api.serializers import (
    DecisionSerializer,
    EventSerializer,
    ProposalDetailSerializer,
    ProposalSerializer,
    SubmissionSerializer,
)
from proposals.reports import SCHEMA as REPORT_SCHEMA

JSON = "application/json"  # drf-spectacular knows a list by its lowest key, so all keys are pairs
_TAGS = ["proposals"]
_ACTS = ["review"]
_IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The ETag one has; the same gives 304."
)
_ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, description="The report's hash.", response=[200, 304])
_LOCATION = OpenApiParameter(
    "Location", OpenApiTypes.URI, OpenApiParameter.HEADER, description="The proposal.", response=[200, 201]
)


def _report_schema() -> dict[str, Any]:
    """The report's own JSON Schema, made to stand inside a larger document."""
    document: dict[str, Any] = {key: value for key, value in REPORT_SCHEMA.items() if not key.startswith("$")}
    definitions: dict[str, Any] = REPORT_SCHEMA["$defs"]  # type: ignore[assignment]
    fields = {name: _resolved(rule, definitions) for name, rule in document["properties"].items()}
    return document | {"properties": fields}


def _resolved(rule: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = definitions[rule["$ref"].rsplit("/", 1)[1]] if "$ref" in rule else rule
    return found


def answer_example(name: str, value: Any, status: int = 200, media_type: str = JSON) -> OpenApiExample:
    """An example of an answer, for the schema."""
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)], media_type=media_type)


def request_example(name: str, value: Any, media_type: str = JSON) -> OpenApiExample:
    """An example of a body, for the schema."""
    return OpenApiExample(name, value=value, request_only=True, media_type=media_type)


_DETAIL = {200: OpenApiResponse(ProposalDetailSerializer, description="The proposal as it stands now.")}

LIST: dict[str, Any] = {
    "operation_id": "proposals_list",
    "summary": "List proposals",
    "description": "The newest first. Follow `next` until it is null. An unknown parameter is refused.",
    "tags": _TAGS,
    "responses": {(200, JSON): ProposalSerializer(many=True)} | problem_responses(problems.REQUEST_INVALID),
    "examples": [answer_example("page", ROW)],
}
SUBMIT: dict[str, Any] = {
    "operation_id": "proposals_submit",
    "summary": "Submit a report",
    "description": (
        "The report in either form, at most 2 MiB. It is judged before the answer comes. Safe to repeat: the same "
        "report again gives the first answer. The same content under a new id is linked to the first, not queued "
        "twice. The same id with other content is a conflict and changes nothing."
    ),
    "tags": _TAGS,
    "parameters": [_LOCATION],
    "filters": False,
    "request": {"application/json": _report_schema(), "text/markdown": OpenApiTypes.STR},
    "responses": {
        201: OpenApiResponse(SubmissionSerializer, description="Stored and judged."),
        200: OpenApiResponse(SubmissionSerializer, description="It came before: `repeated` or `duplicate`."),
    }
    | problem_responses(
        problems.REPORT_INVALID,
        problems.REPORT_CONFLICT,
        problems.LENGTH_REQUIRED,
        problems.TOO_LARGE,
        problems.UNSUPPORTED_MEDIA_TYPE,
    ),
    "examples": [
        request_example("json", REPORT),
        request_example("markdown", MARKDOWN, "text/markdown"),
        answer_example("created", {"outcome": "created", "proposal": DETAIL}, 201),
        answer_example("repeated", {"outcome": "repeated", "proposal": DETAIL}, 200),
    ],
}
RETRIEVE: dict[str, Any] = {
    "operation_id": "proposals_retrieve",
    "summary": "Read a proposal",
    "description": "With its assessment, findings and decisions. The report itself is behind `links`.",
    "tags": _TAGS,
    "responses": _DETAIL | problem_responses(problems.NOT_FOUND),
    "examples": [answer_example("blocked", DETAIL)],
}
EVENTS: dict[str, Any] = {
    "operation_id": "proposals_events",
    "summary": "Read its history",
    "description": "Who did what, when and why; the oldest first. To follow it, keep the last `next`.",
    "tags": _TAGS,
    "responses": {(200, JSON): EventSerializer(many=True)}
    | problem_responses(problems.REQUEST_INVALID, problems.NOT_FOUND),
    "examples": [
        answer_example(
            "blocked",
            {
                "id": 2,
                "name": "assessed",
                "before": "received",
                "after": "blocked",
                "actor_kind": "policy",
                "actor": "policy 1",
                "note": DETAIL["headline"],
                "data": {"assessment": 1},
                "created_at": "2026-03-01T08:00:01.250000Z",
            },
        )
    ],
}


def _document(name: str, summary: str, media_type: str, schema: Any, example: Any) -> dict[str, Any]:
    return {
        "operation_id": f"proposals_{name}",
        "summary": summary,
        "tags": _TAGS,
        "parameters": [_IF_NONE_MATCH, _ETAG],
        "responses": {
            (200, media_type): OpenApiResponse(schema, description="The document."),
            304: OpenApiResponse(description="The client has it already."),
        }
        | problem_responses(problems.NOT_FOUND),
        "examples": [answer_example(name, example, media_type=media_type)],
    }


REPORT_MD = _document("report_md", "Read the report as Markdown", "text/markdown", OpenApiTypes.STR, MARKDOWN)
REPORT_JSON = _document("report_json", "Read the report as JSON", "application/json", _report_schema(), REPORT)
SARIF = _document("sarif", "Read the findings as SARIF 2.1.0", "application/sarif+json", OpenApiTypes.OBJECT, SARIF_LOG)

_ACT = problem_responses(
    problems.MALFORMED,
    problems.REQUEST_INVALID,
    problems.NOT_FOUND,
    problems.INVALID_STATE,
    problems.LENGTH_REQUIRED,
    problems.TOO_LARGE,
    problems.UNSUPPORTED_MEDIA_TYPE,
)
_APPROVED = DETAIL | {"status": "approved", "approvals_missing": 0, "decisions": [DECISION]}
_ESTIMATE = {"likelihood": 2, "damage": 1}
_NOTE = {"note": "The down migration was tried on a copy; go ahead."}

DECIDE: dict[str, Any] = {
    "operation_id": "proposals_decide",
    "summary": "Approve, reject or send back",
    "description": (
        "People with the right `proposals.decide_proposal` only; nobody approves what they submitted. Bound to the "
        "content and the assessment that were read: assessed again since, it is refused. To approve what is blocked, "
        "say first how dangerous you take it for: `likelihood` and `damage`, kept with the decision. Where one is two "
        "or more away from the engine's, `approvals_missing` asks for one more person. An open blocking thread on a "
        "line refuses an approval."
    ),
    "tags": _ACTS,
    "request": DecideSerializer,
    "responses": {
        201: inline_serializer(
            "Decided", fields={"decision": DecisionSerializer(), "proposal": ProposalDetailSerializer()}
        )
    }
    | problem_responses(
        problems.MALFORMED,
        problems.REQUEST_INVALID,
        problems.NOT_FOUND,
        problems.INVALID_STATE,
        problems.DECISION_STALE,
        problems.LENGTH_REQUIRED,
        problems.TOO_LARGE,
        problems.UNSUPPORTED_MEDIA_TYPE,
    ),
    "examples": [
        request_example(
            "approve", {"kind": "approve", "content_hash": DETAIL["content_hash"], "assessment": 1} | _ESTIMATE | _NOTE
        ),
        request_example(
            "reject",
            {"kind": "reject", "content_hash": DETAIL["content_hash"], "assessment": 1}
            | {"note": "Nobody would keep the journal."},
        ),
        answer_example("approved", {"decision": DECISION, "proposal": _APPROVED}, 201),
    ],
}
WITHDRAW: dict[str, Any] = {
    "operation_id": "proposals_withdraw",
    "summary": "Withdraw",
    "description": "Only the account that submitted it, and only before it goes ahead.",
    "tags": _TAGS,
    "request": NoteSerializer,
    "responses": _DETAIL | _ACT,
    "examples": [
        request_example("withdraw", {"note": "A better plan follows."}),
        answer_example("withdrawn", DETAIL | {"status": "withdrawn"}),
    ],
}
REOPEN: dict[str, Any] = {
    "operation_id": "proposals_reopen",
    "summary": "Reopen a returned proposal",
    "description": "It is blocked then, and waits for a decision. People with `proposals.decide_proposal` only.",
    "tags": _ACTS,
    "request": ReasonSerializer,
    "responses": _DETAIL | _ACT,
    "examples": [
        request_example("reopen", {"note": "The syntax finding is about a dialect we run."}),
        answer_example("blocked", DETAIL),
    ],
}
_CLAIM = _DETAIL | problem_responses(problems.NOT_FOUND, problems.INVALID_STATE)
CLAIM: dict[str, Any] = {
    "operation_id": "proposals_claim",
    "summary": "Claim",
    "description": "Says that one looks at it; claiming again changes nothing. People with `proposals.claim_proposal`.",
    "tags": _ACTS,
    "request": None,
    "responses": _CLAIM,
    "examples": [
        answer_example("claimed", DETAIL | {"claimed_by": "operator", "claimed_at": "2026-03-01T09:00:00Z"}),
    ],
}
RELEASE_CLAIM: dict[str, Any] = {
    "operation_id": "proposals_release_claim",
    "summary": "Give a claim back",
    "description": "Only one's own; without one nothing happens.",
    "tags": _ACTS,
    "request": None,
    "responses": _CLAIM,
    "examples": [answer_example("released", DETAIL)],
}
