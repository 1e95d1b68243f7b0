"""The documents of a proposal: its report in both forms, and its findings as SARIF."""

from __future__ import annotations

import json
from typing import ClassVar

from django.http import HttpResponse
from django.utils.http import quote_etag
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from proposals.api import schema
from proposals.api.views import VIEW, ProposalEndpoint
from proposals.gate.sarif import to_sarif
from proposals.models import Proposal
from proposals.reports import render_json, render_markdown
from proposals.verdicts import stored_verdict


class DocumentEndpoint(ProposalEndpoint):
    """One document."""

    takes_fields = False
    rights: ClassVar = {"GET": VIEW}
    queryset = Proposal.objects.select_related("assessment").defer("text")


class ReportMarkdown(DocumentEndpoint):
    """The report as Markdown."""

    @extend_schema(**schema.REPORT_MD)
    def get(self, _request: Request, report_id: str) -> HttpResponse:
        """Rendered from what was received; no byte of the proposal differs."""
        proposal = self.find(report_id)
        return _answer(render_markdown(proposal.report), "text/markdown; charset=utf-8", proposal.report_hash)


class ReportJSON(DocumentEndpoint):
    """The report as JSON."""

    @extend_schema(**schema.REPORT_JSON)
    def get(self, _request: Request, report_id: str) -> HttpResponse:
        """The seven keys."""
        proposal = self.find(report_id)
        return _answer(render_json(proposal.report), "application/json", proposal.report_hash)


class Sarif(DocumentEndpoint):
    """The findings as SARIF 2.1.0."""

    @extend_schema(**schema.SARIF)
    def get(self, request: Request, report_id: str) -> HttpResponse:
        """One log with one run, for code scanning."""
        proposal = self.find(report_id)
        if proposal.assessment is None:
            raise NotFound("this proposal was not assessed yet")
        verdict = stored_verdict(proposal.assessment)
        text = json.dumps(to_sarif(verdict, proposal.report, request.build_absolute_uri("/rules/")), ensure_ascii=False)
        tag = f"{proposal.report_hash}-{proposal.assessment_id}"
        return _answer(text, "application/sarif+json", tag)


def _answer(text: str, media_type: str, tag: str) -> HttpResponse:
    """The document under a tag that is known without it."""
    return HttpResponse(text.encode("utf-8"), content_type=media_type, headers={"ETag": quote_etag(tag)})
