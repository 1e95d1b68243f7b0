"""Proposals and what belongs to them, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from proposals.gate import Band
from proposals.models import Assessment, Decision, Finding, Proposal, ProposalEvent, RequestGroup
from proposals.services import SubmissionOutcome, approvals_missing

_BANDS = [(band.value, band.value) for band in Band]


class GroupSerializer(serializers.ModelSerializer[RequestGroup]):
    """The request that a proposal shares with others."""

    class Meta:
        model = RequestGroup
        fields = ["id", "kind", "title", "voices"]
        read_only_fields = fields


class ProposalSerializer(serializers.ModelSerializer[Proposal]):
    """One row of the list."""

    id = serializers.CharField(source="report_id", help_text="The report's own id.")
    url = serializers.SerializerMethodField()
    band = serializers.ChoiceField(choices=_BANDS, allow_blank=True, read_only=True)
    opportunity = serializers.CharField(source="opportunity.name", default=None, allow_null=True)
    submitted_by = serializers.CharField(source="submitted_by.username")
    claimed_by = serializers.CharField(source="claimed_by.username", default=None, allow_null=True)
    duplicate_of = serializers.CharField(
        source="duplicate_of.report_id", default=None, allow_null=True, help_text="The report that is decided instead."
    )
    group = GroupSerializer(allow_null=True, help_text="The proposals that ask for the same; null when none does.")
    headline = serializers.CharField(
        source="assessment.headline", default=None, allow_null=True, help_text="Why it was stopped, or why not."
    )

    class Meta:
        model = Proposal
        fields = [
            "id",
            "url",
            "type",
            "title",
            "path",
            "opportunity",
            "group",
            "status",
            "status_changed_at",
            "band",
            "severity",
            "headline",
            "reported_at",
            "reported_severity",
            "reported_block",
            "report_hash",
            "content_hash",
            "duplicate_of",
            "submitted_by",
            "submitted_at",
            "source",
            "claimed_by",
            "claimed_at",
            "due_at",
            "expires_at",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.URLField)
    def get_url(self, proposal: Proposal) -> str:
        """Where the proposal is."""
        return proposal_url(proposal, self.context)


class FindingSerializer(serializers.ModelSerializer[Finding]):
    """One thing an analyzer saw, in SARIF's terms."""

    class Meta:
        model = Finding
        fields = [
            "id",
            "rule_id",
            "level",
            "effect",
            "message",
            "remedy",
            "artifact",
            "start_line",
            "end_line",
            "fingerprint",
            "is_waived",
        ]


class AssessmentSerializer(serializers.ModelSerializer[Assessment]):
    """What the gate made of the content. Its id and the content's hash bind a decision."""

    band = serializers.ChoiceField(choices=_BANDS)
    policy = serializers.IntegerField(source="policy.version", help_text="The version of the policy that judged.")
    findings = FindingSerializer(many=True)
    distance = serializers.DictField(help_text="How far from the next band; empty when blocked.")
    retrospective = serializers.DictField(
        child=serializers.ListField(child=serializers.DictField()), help_text="The FSAR sections, by name."
    )
    truth = serializers.DictField(
        child=serializers.ListField(child=serializers.DictField()),
        help_text="assumptions, unknowns and claims. Confidence halves every half_life_days after created_at.",
    )

    class Meta:
        model = Assessment
        fields = [
            "id",
            "content_hash",
            "outcome",
            "band",
            "severity",
            "likelihood",
            "damage",
            "reversibility",
            "evidence",
            "decided_by",
            "headline",
            "effect",
            "worst_case",
            "way_back",
            "distance",
            "retrospective",
            "truth",
            "policy",
            "gate_version",
            "created_at",
            "findings",
        ]


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """A person's word, bound to what was read."""

    by = serializers.CharField(source="by.username")
    assessment = serializers.IntegerField(source="assessment_id")

    class Meta:
        model = Decision
        fields = ["id", "kind", "by", "note", "content_hash", "assessment", "created_at"]


class LinksSerializer(serializers.Serializer[Proposal]):
    """Where to go on from a proposal."""

    report_md = serializers.URLField()
    report_json = serializers.URLField()
    sarif = serializers.URLField()
    events = serializers.URLField()
    decision = serializers.URLField()
    withdraw = serializers.URLField()
    reopen = serializers.URLField()
    claim = serializers.URLField()
    waivers = serializers.URLField()

    def to_representation(self, proposal: Proposal) -> dict[str, str]:
        """Absolute addresses."""
        names = [str(name) for name in self.get_fields()]
        return {name: _url(f"api-proposal-{name.replace('_', '-')}", proposal, self.context) for name in names}


class ProposalDetailSerializer(ProposalSerializer):
    """One proposal with its assessment, findings and decisions."""

    assessment = AssessmentSerializer()
    decisions = DecisionSerializer(many=True)
    approvals_missing = serializers.SerializerMethodField(help_text="People who must still approve it.")
    links = LinksSerializer(source="*")

    class Meta(ProposalSerializer.Meta):
        fields = [*ProposalSerializer.Meta.fields, "approvals_missing", "assessment", "decisions", "links"]

    def get_approvals_missing(self, proposal: Proposal) -> int:
        """How many more people the policy asks for."""
        return approvals_missing(proposal)


class SubmissionSerializer(serializers.Serializer[Any]):
    """What became of a submission."""

    outcome = serializers.ChoiceField(
        choices=[each.value for each in SubmissionOutcome],
        help_text="created: stored and judged. repeated: the same report came before. duplicate: the same content "
        "came before under another id; it is decided there.",
    )
    proposal = ProposalDetailSerializer()


class EventSerializer(serializers.ModelSerializer[ProposalEvent]):
    """One entry of a proposal's history."""

    actor = serializers.CharField(source="who", help_text="The account, the policy or the system.")

    class Meta:
        model = ProposalEvent
        fields = ["id", "name", "before", "after", "actor_kind", "actor", "note", "data", "created_at"]


def proposal_url(proposal: Proposal, context: Mapping[str, Any]) -> str:
    """The absolute address of a proposal."""
    return _url("api-proposal", proposal, context)


def _url(name: str, proposal: Proposal, context: Mapping[str, Any]) -> str:
    return str(reverse(name, args=[proposal.report_id], request=context["request"]))
