"""The feed of events: to poll, or to catch up from."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, ClassVar

from django.db.models import Q
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from proposals.api import problems
from proposals.api.endpoint import Endpoint, require_known
from proposals.api.pagination import NOT_OURS
from proposals.api.problems import problem_responses
from proposals.api.schema import answer_example
from proposals.models import OutboundEvent
from proposals.models.outbound import OutboundEventQuerySet
from proposals.outbox.cloud_events import cloud_event

DEFAULT_SIZE, LARGEST_SIZE = 100, 500
_PLACE = re.compile(r"e([0-9]{1,18})")
_KNOWN = {"cursor", "page_size", "type", "subject"}


class CloudEventSerializer(serializers.Serializer[Any]):
    """CloudEvents 1.0 in JSON."""

    specversion = serializers.CharField()
    id = serializers.UUIDField(help_text="The same in the feed and in every POST.")
    source = serializers.CharField()  # type: ignore[assignment]  # the member's name
    type = serializers.CharField()
    subject = serializers.CharField(help_text="The report's id.")
    time = serializers.DateTimeField()
    datacontenttype = serializers.CharField()
    data = serializers.DictField(  # type: ignore[assignment]  # as above
        help_text="Ids and states; never the report's text."
    )


class FeedPageSerializer(serializers.Serializer[Any]):
    """A page of the feed."""

    next = serializers.URLField(help_text="Always there: ask it again later for what came since.")
    results = CloudEventSerializer(many=True)


_EVENT = {
    "specversion": "1.0",
    "id": "6f1c1a52-7a3e-4a55-9c3e-0d4f5b0e8c11",
    "source": "https://fsarsite.example/api/v1",
    "type": "fsarsite.proposal.assessed",
    "subject": "fsar_0001",
    "time": "2026-03-01T08:00:00.400000Z",
    "datacontenttype": "application/json",
    "data": {
        "proposal": "fsar_0001",
        "event": 2,
        "before": "received",
        "after": "blocked",
        "content_hash": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "actor_kind": "system",
    },
}
_PAGE = {"next": "https://fsarsite.example/api/v1/events/?cursor=ZTc0MQ", "results": [_EVENT]}


class EventFeed(Endpoint):
    """All events, the oldest first."""

    rights: ClassVar = {"GET": "proposals.view_proposal"}
    serializer_class = FeedPageSerializer
    takes_fields = False

    @extend_schema(
        operation_id="events_list",
        summary="Follow what happens",
        description=(
            "CloudEvents, each proposal's in the order in which they happened. No event of a proposal is ever missed "
            "by following `next`, which is always given: an empty page means that there is nothing new yet. Without "
            "`cursor` it starts at the beginning."
        ),
        tags=["events"],
        parameters=[
            OpenApiParameter("cursor", str, description="Opaque; take it from `next`."),
            OpenApiParameter("page_size", int, description=f"1 to {LARGEST_SIZE}; {DEFAULT_SIZE} unless given."),
            OpenApiParameter("type", str, many=True, description="Only these types; repeat it for more than one."),
            OpenApiParameter("subject", str, description="Only of this report."),
        ],
        responses={200: FeedPageSerializer} | problem_responses(problems.REQUEST_INVALID),
        examples=[answer_example("page", _PAGE)],
    )
    def get(self, request: Request) -> Response:
        """From the cursor on."""
        size, after = _size(request), _place(request)
        rows = list(_asked(request).settled().filter(id__gt=after)[:size])
        following = replace_query_param(request.build_absolute_uri(), "cursor", _cursor(rows[-1].pk if rows else after))
        return Response({"next": following, "results": [cloud_event(row) for row in rows]})


def _asked(request: Request) -> OutboundEventQuerySet:
    """The events that the parameters ask for. Raises ValidationError."""
    query = request.query_params
    require_known(request, _KNOWN)
    types, subject = query.getlist("type"), query.get("subject")
    if any("\x00" in value or len(value) > 100 for value in (*types, subject or "")) or len(types) > 100:
        raise ValidationError({"type": "give at most 100 types and subjects of at most 100 characters, without NUL"})
    wanted = Q(type__in=types) if types else Q()
    wanted &= Q(subject=subject) if subject is not None else Q()
    return OutboundEvent.objects.filter(wanted)


def _size(request: Request) -> int:
    asked = request.query_params.get("page_size", str(DEFAULT_SIZE))
    if not re.fullmatch(r"[0-9]{1,9}", asked) or int(asked) == 0:
        raise ValidationError({"page_size": f"must be a whole number from 1 to {LARGEST_SIZE}"})
    return min(int(asked), LARGEST_SIZE)


def _place(request: Request) -> int:
    """The id behind which the page starts. Raises ValidationError."""
    asked = request.query_params.get("cursor")
    if asked is None:
        return 0
    try:
        text = base64.b64decode(f"{asked}{'=' * (-len(asked) % 4)}", altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    found = _PLACE.fullmatch(text)
    if found is None:
        raise ValidationError({"cursor": NOT_OURS})
    return int(found[1])


def _cursor(pk: int) -> str:
    return base64.urlsafe_b64encode(f"e{pk}".encode()).decode().rstrip("=")
