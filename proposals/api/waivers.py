"""Findings that people accept for a while: list, accept, take back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from proposals.api import problems
from proposals.api.endpoint import account_of
from proposals.api.examples import DETAIL, FINDING, WAIVER
from proposals.api.pagination import OldestFirst
from proposals.api.problems import WRITE_REFUSALS, problem_responses
from proposals.api.requests import NOTE_LENGTH, StrictSerializer
from proposals.api.schema import JSON, answer_example, request_example
from proposals.api.serializers import ProposalDetailSerializer
from proposals.api.views import VIEW, ProposalEndpoint
from proposals.models import Scope, Waiver
from proposals.services import LONGEST_WAIVER, revoke_waiver, waive_finding
from proposals.services.review import REASON_LENGTH

_TAGS = ["review"]


class WaiverSerializer(serializers.ModelSerializer[Waiver]):
    """One finding that a person accepts, until when, and whether that was taken back."""

    by = serializers.CharField(source="by.username")
    ended_by = serializers.CharField(
        source="ended_by.username", default=None, allow_null=True, help_text="Who revoked it; null when its day came."
    )

    class Meta:
        model = Waiver
        fields = ["id", "rule_id", "fingerprint", "by", "reason", "ends_at", "created_at", "ended_at", "ended_by"]
        read_only_fields = fields


class WaiveSerializer(StrictSerializer):
    """A finding to accept."""

    finding = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, help_text="`id` of a finding of the assessment that was read."
    )
    reason = serializers.CharField(
        min_length=REASON_LENGTH, max_length=NOTE_LENGTH, help_text="Why it is no danger here; at least 10 characters."
    )
    ends_at = serializers.DateTimeField(help_text=f"RFC 3339; at most {LONGEST_WAIVER.days} days ahead.")

    def validate_ends_at(self, value: datetime) -> datetime:
        """Raises ValidationError outside of what a waiver may last."""
        now = timezone.now()
        if not now < value <= now + LONGEST_WAIVER:
            raise serializers.ValidationError(f"a waiver ends in the future, within {LONGEST_WAIVER.days} days")
        return value


class Waivers(ProposalEndpoint):
    """The waivers of one proposal."""

    rights: ClassVar = {"GET": VIEW, "POST": VIEW}
    scopes: ClassVar = {"POST": Scope.PROPOSALS_DECIDE}
    serializer_class = WaiverSerializer
    pagination_class = OldestFirst

    @extend_schema(
        operation_id="proposals_waivers",
        summary="List its waivers",
        description="The oldest first, with those that were revoked or whose day came.",
        tags=_TAGS,
        responses={(200, JSON): WaiverSerializer(many=True)}
        | problem_responses(problems.REQUEST_INVALID, problems.NOT_FOUND),
        examples=[answer_example("standing", WAIVER)],
    )
    def get(self, _request: Request, report_id: str) -> Response:
        """Who accepts what, why, and until when."""
        waivers = Waiver.objects.filter(proposal=self.find(report_id)).select_related("by", "ended_by")
        page = self.paginate_queryset(self.filter_queryset(waivers))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="proposals_waive",
        summary="Accept a finding until a day",
        description=(
            "People with the right `proposals.waive_finding` only, and never for what they submitted. The proposal is "
            "assessed again without the finding; nothing goes ahead by that. A reported block, a marker and a floor "
            "are lifted by no waiver."
        ),
        tags=_TAGS,
        request=WaiveSerializer,
        responses={
            201: inline_serializer("Waived", {"waiver": WaiverSerializer(), "proposal": ProposalDetailSerializer()})
        }
        | WRITE_REFUSALS,
        examples=[
            request_example(
                "waive", {"finding": FINDING["id"], "reason": WAIVER["reason"], "ends_at": WAIVER["ends_at"]}
            ),
            answer_example("waived", {"waiver": WAIVER, "proposal": DETAIL}, 201),
        ],
    )
    def post(self, request: Request, report_id: str) -> Response:
        """The proposal as it is judged without the finding."""
        asked = WaiveSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        proposal, values = self.find(report_id), asked.validated_data
        waiver = waive_finding(
            proposal_id=proposal.pk,
            finding_id=values["finding"],
            by=account_of(request),
            reason=values["reason"],
            ends_at=values["ends_at"],
        )
        answer: dict[str, Any] = {"waiver": WaiverSerializer(waiver).data, "proposal": self.detail_of(proposal)}
        return Response(answer, status=status.HTTP_201_CREATED)


class RevokeWaiver(ProposalEndpoint):
    """Taking one waiver back."""

    rights: ClassVar = {"POST": VIEW}
    scopes: ClassVar = {"POST": Scope.PROPOSALS_DECIDE}

    @extend_schema(
        operation_id="proposals_revoke_waiver",
        summary="Revoke a waiver",
        description="The finding counts again. People with `proposals.waive_finding`; again changes nothing.",
        tags=_TAGS,
        request=None,
        responses={200: OpenApiResponse(ProposalDetailSerializer, description="The proposal as it stands now.")}
        | problem_responses(problems.NOT_FOUND, problems.INVALID_STATE),
        examples=[answer_example("revoked", DETAIL)],
    )
    def post(self, request: Request, report_id: str, waiver_id: int) -> Response:
        """The proposal as it is judged with the finding."""
        proposal = self.find(report_id)
        waiver = get_object_or_404(Waiver.objects.only("pk"), pk=waiver_id, proposal=proposal)
        revoke_waiver(waiver_id=waiver.pk, by=account_of(request))
        return Response(self.detail_of(proposal))
