"""Submit, list, read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from proposals.api import schema
from proposals.api.endpoint import Endpoint, account_of
from proposals.api.filters import ProposalFilter
from proposals.api.pagination import NewestFirst, OldestFirst
from proposals.api.parsers import JSONReportParser, MarkdownReportParser, ReceivedReport
from proposals.api.serializers import (
    EventSerializer,
    ProposalDetailSerializer,
    ProposalSerializer,
    proposal_url,
)
from proposals.models import Decision, Finding, Proposal, ProposalEvent
from proposals.models.proposal import ProposalQuerySet
from proposals.reports import Form
from proposals.services import SubmissionOutcome, submit_report

_EMPTY = ReceivedReport(b"", Form.JSON)  # DRF does not parse an empty body
VIEW, ADD = "proposals.view_proposal", "proposals.add_proposal"


def proposal_rows() -> ProposalQuerySet:
    """All that a row shows, in one query, without the megabytes that it does not show."""
    rows = Proposal.objects.for_review().select_related("duplicate_of", "assessment__policy")
    return rows.defer("received", "text", "duplicate_of__received", "duplicate_of__text")


def proposal_details() -> ProposalQuerySet:
    """All that the page of one proposal shows."""
    return proposal_rows().prefetch_related(
        Prefetch("assessment__findings", Finding.objects.order_by("id")),
        Prefetch("decisions", Decision.objects.select_related("by").order_by("id")),
    )


class ProposalEndpoint(Endpoint):
    """An address below one proposal, found by the report's id."""

    queryset = Proposal.objects.defer("received", "text")  # megabytes that only the documents show
    lookup_field = "report_id"
    serializer_class: type[BaseSerializer[Any]] = ProposalDetailSerializer

    def find(self, report_id: str) -> Proposal:
        """The proposal. Raises Http404."""
        found: Proposal = get_object_or_404(self.get_queryset(), report_id=report_id)
        return found

    def detail_of(self, proposal: Proposal) -> dict[str, Any]:
        """The proposal as it stands now."""
        return ProposalDetailSerializer(
            proposal_details().get(pk=proposal.pk), context=self.get_serializer_context()
        ).data


class ProposalList(ProposalEndpoint):
    """All proposals."""

    rights: ClassVar = {"GET": VIEW, "POST": ADD}
    parser_classes = [JSONReportParser, MarkdownReportParser]
    serializer_class = ProposalSerializer
    filterset_class = ProposalFilter
    pagination_class = NewestFirst

    @extend_schema(**schema.LIST)
    def get(self, _request: Request) -> Response:
        """The newest first."""
        page = self.paginate_queryset(self.filter_queryset(proposal_rows()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(**schema.SUBMIT)
    def post(self, request: Request) -> Response:
        """Submit a report and learn at once what the gate makes of it."""
        body: object = request.data
        report = body if isinstance(body, ReceivedReport) else _EMPTY
        submission = submit_report(
            received=report.content, form=report.form, submitted_by=account_of(request), source=Proposal.Source.API
        )
        return Response(
            {"outcome": submission.outcome, "proposal": self.detail_of(submission.proposal)},
            status=status.HTTP_201_CREATED if submission.outcome is SubmissionOutcome.CREATED else status.HTTP_200_OK,
            headers={"Location": proposal_url(submission.proposal, self.get_serializer_context())},
        )


class ProposalDetail(ProposalEndpoint):
    """One proposal."""

    rights: ClassVar = {"GET": VIEW}
    queryset = proposal_details()

    @extend_schema(**schema.RETRIEVE)
    def get(self, _request: Request, report_id: str) -> Response:
        """With its assessment, findings and decisions."""
        return Response(self.get_serializer(self.find(report_id)).data)


class ProposalEvents(ProposalEndpoint):
    """The history of one proposal."""

    rights: ClassVar = {"GET": VIEW}
    serializer_class = EventSerializer
    pagination_class = OldestFirst

    @extend_schema(**schema.EVENTS)
    def get(self, _request: Request, report_id: str) -> Response:
        """The oldest first, so that a follower goes on from its last cursor."""
        events = ProposalEvent.objects.filter(proposal=self.find(report_id)).select_related("actor", "policy")
        page = self.paginate_queryset(self.filter_queryset(events))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
