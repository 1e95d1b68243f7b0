"""The policy in force, and what another one would have done."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from proposals.api import problems
from proposals.api.endpoint import Endpoint
from proposals.api.problems import problem_responses
from proposals.api.requests import StrictSerializer
from proposals.api.schema import answer_example, request_example
from proposals.api.serializers import proposal_url
from proposals.gate import Outcome, PolicyError
from proposals.models import PolicyVersion, Scope
from proposals.services import rehearse_policy
from proposals.services.policy_rehearsal import MOST

VIEW, ADD = "proposals.view_policyversion", "proposals.add_policyversion"
_TAGS = ["policy"]


class PolicySerializer(serializers.ModelSerializer[PolicyVersion]):
    """One version of the policy."""

    document = serializers.DictField(help_text="The rules.")
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)

    class Meta:
        model = PolicyVersion
        fields = ["version", "document", "note", "created_by", "created_at"]


class DryRunSerializer(StrictSerializer):
    """Rules to try."""

    document = serializers.DictField(help_text="The rules; those that are left out have what fsarsite ships with.")
    last = serializers.IntegerField(min_value=1, max_value=MOST, default=MOST, help_text="So many proposals.")


class FateSerializer(serializers.Serializer[Any]):
    """What a policy does with one proposal."""

    outcome = serializers.ChoiceField(choices=[outcome.value for outcome in Outcome])
    severity = serializers.IntegerField()
    goes_ahead = serializers.BooleanField(help_text="Without a person.")
    approvals = serializers.IntegerField(help_text="People who must approve, when it does not go ahead by itself.")


class AlteredSerializer(serializers.Serializer[Any]):
    """One proposal that would have fared otherwise."""

    id = serializers.CharField(source="proposal.report_id")
    url = serializers.SerializerMethodField()
    title = serializers.CharField(source="proposal.title")
    before = FateSerializer()
    after = FateSerializer()

    def get_url(self, altered: Any) -> str:
        """Where the proposal is."""
        return proposal_url(altered.proposal, self.context)


class RehearsalSerializer(serializers.Serializer[Any]):
    """What the rules would have altered."""

    against = serializers.IntegerField(source="against.version", help_text="The version in force.")
    sentence = serializers.CharField()
    examined = serializers.IntegerField()
    altered = AlteredSerializer(many=True)


_POLICY = {
    "version": 3,
    "document": {"block_at": 45, "mitigate_at": 25},
    "note": "Stop more of what changes a schema.",
    "created_by": "lead",
    "created_at": "2026-03-01T08:00:00Z",
}
_REHEARSAL = {
    "against": 3,
    "sentence": "This change would have altered 0 of the last 500 outcomes.",
    "examined": 500,
    "altered": [],
}


class PolicyInForce(Endpoint):
    """The newest version."""

    rights: ClassVar = {"GET": VIEW}
    queryset = PolicyVersion.objects.select_related("created_by")
    serializer_class = PolicySerializer

    @extend_schema(
        operation_id="policy_retrieve",
        summary="Read the policy in force",
        tags=_TAGS,
        responses={200: PolicySerializer} | problem_responses(),
        examples=[answer_example("policy", _POLICY)],
    )
    def get(self, _request: Request) -> Response:
        """Its rules, who made it and why."""
        return Response(self.get_serializer(self.get_queryset().order_by("-version").first()).data)


class PolicyDryRun(Endpoint):
    """Other rules against the past."""

    rights: ClassVar = {"POST": ADD}
    scopes: ClassVar = {"POST": Scope.PROPOSALS_READ}  # nothing is stored
    serializer_class = DryRunSerializer

    @extend_schema(
        operation_id="policy_dry_run",
        summary="Try rules against past proposals",
        description="Nothing is stored. Says which of the last assessed proposals would have had another outcome.",
        tags=_TAGS,
        request=DryRunSerializer,
        responses={200: RehearsalSerializer}
        | problem_responses(
            problems.MALFORMED,
            problems.REQUEST_INVALID,
            problems.LENGTH_REQUIRED,
            problems.TOO_LARGE,
            problems.UNSUPPORTED_MEDIA_TYPE,
        ),
        examples=[
            request_example("stricter", {"document": {"block_at": 36}, "last": 500}),
            answer_example("nothing altered", _REHEARSAL),
        ],
    )
    def post(self, request: Request) -> Response:
        """Under the rules in force, and under those that were sent."""
        asked = DryRunSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            rehearsal = rehearse_policy(**asked.validated_data)
        except PolicyError as error:
            raise serializers.ValidationError({"document": {error.field: [error.reason]}}) from error
        return Response(RehearsalSerializer(rehearsal, context=self.get_serializer_context()).data)
