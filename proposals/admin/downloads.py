"""A report as a file: as received, or rendered in either form; its findings as SARIF."""

from __future__ import annotations

import json
import re

from django.http import Http404, HttpResponse

from proposals.gate.sarif import to_sarif
from proposals.models import Assessment, Proposal
from proposals.reports import Form, render_json, render_markdown
from proposals.verdicts import stored_verdict

SUFFIXES = {Form.MARKDOWN: "md", Form.JSON: "json"}


def download(proposal: Proposal, form: str) -> HttpResponse:
    """The report, or its findings, as an attachment; ``form`` is received, md, json or sarif. Raises Http404."""
    match form:
        case "received":
            suffix = f"received.{SUFFIXES[Form(proposal.received_form)]}"
            content = bytes(proposal.received)
        case "md":
            suffix, content = "md", render_markdown(proposal.report).encode()
        case "json":
            suffix, content = "json", render_json(proposal.report).encode()
        case "sarif" if proposal.assessment:
            suffix, content = "sarif", _sarif(proposal, proposal.assessment)
        case _:
            raise Http404
    name = re.sub(r"[^A-Za-z0-9_-]", "_", proposal.report_id)
    return HttpResponse(
        content,
        content_type="application/octet-stream",  # never shown by the browser in our origin
        headers={"Content-Disposition": f'attachment; filename="{name}.{suffix}"'},
    )


def _sarif(proposal: Proposal, assessment: Assessment) -> bytes:
    return json.dumps(to_sarif(stored_verdict(assessment), proposal.report), ensure_ascii=False, indent=2).encode()
