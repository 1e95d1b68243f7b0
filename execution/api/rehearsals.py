"""The rehearsals of a proposal's SQL over the API."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from execution.models import RehearsalCertificate
from execution.target.copying.transfer import How
from proposals.api import problems
from proposals.api.pagination import NewestFirst
from proposals.api.problems import problem_responses
from proposals.api.schema import JSON, answer_example
from proposals.api.views import ProposalEndpoint

VIEW = "execution.view_executiontask"
ROW: dict[str, Any] = {
    "id": "0e4d4e65-4743-4aed-800d-95b5de084c82",
    "content_hash": "sha256:77b6…",
    "sql_hash": "sha256:3d0b…",
    "place": 0,
    "result": "passed",
    "error": "",
    "doubt": "",
    "copied": {'"public"."orders"': {"how": "sampled", "rows": 11830, "of": 9_400_000, "masked": ["email"]}},
    "schema_before": "sha256:b121…",
    "sizes": {'"public"."orders"': 4},
    "locks": [["orders", "RowExclusiveLock"]],
    "rows": {"public.orders": 1830},
    "milliseconds": 1072,
    "held_milliseconds": 31,
    "reversibility": 2,
    "created_at": "2026-03-01T08:00:03Z",
    "expires_at": "2026-03-08T08:00:03Z",
}


class CopiedSerializer(serializers.Serializer[dict[str, Any]]):
    """How much of a table a rehearsal had."""

    how = serializers.ChoiceField(choices=[how.value for how in How])
    rows = serializers.IntegerField(help_text="Rows in the copy.")
    of = serializers.IntegerField(help_text="About how many the target had.")
    masked = serializers.ListField(child=serializers.CharField(), help_text="Columns that held pseudonyms.")


class CertificateSerializer(serializers.ModelSerializer[RehearsalCertificate]):
    """The certificate of one rehearsal."""

    id = serializers.UUIDField(source="public_id")
    sizes = serializers.DictField(
        child=serializers.IntegerField(), help_text="Digits of the row count, by table that it touches rows of."
    )
    copied = serializers.DictField(
        child=CopiedSerializer(), help_text="What the copy held of each table that the SQL names or touches."
    )
    locks = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), help_text="[table, mode], held until the commit."
    )
    rows = serializers.DictField(child=serializers.IntegerField(), help_text="Rows touched, by table.")

    class Meta:
        model = RehearsalCertificate
        fields = list(ROW)
        read_only_fields = fields


class ProposalRehearsals(ProposalEndpoint):
    """What rehearsals of a proposal's content came to."""

    rights: ClassVar = {"GET": VIEW}
    serializer_class = CertificateSerializer
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="proposals_rehearsals",
        summary="Read its rehearsals",
        description="The newest first. A run binds to the latest certificate of its SQL that has not expired.",
        tags=["proposals"],
        responses={(200, JSON): CertificateSerializer(many=True)}
        | problem_responses(problems.REQUEST_INVALID, problems.NOT_FOUND),
        examples=[answer_example("passed", ROW)],
    )
    def get(self, _request: Request, report_id: str) -> Response:
        """Those of a proposal with the same content count."""
        proposal = self.find(report_id)
        certificates = RehearsalCertificate.objects.filter(content_hash=proposal.content_hash)
        page = self.paginate_queryset(self.filter_queryset(certificates))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
