"""A report as a file: as received, or rendered in either form."""

from __future__ import annotations

import re

from django.http import Http404, HttpResponse

from proposals.models import Proposal
from proposals.reports import Form, render_json, render_markdown

SUFFIXES = {Form.MARKDOWN: "md", Form.JSON: "json"}


def download(proposal: Proposal, form: str) -> HttpResponse:
    """The report as an attachment; ``form`` is received, md or json. Raises Http404 for anything else."""
    match form:
        case "received":
            suffix = f"received.{SUFFIXES[Form(proposal.received_form)]}"
            content = bytes(proposal.received)
        case "md":
            suffix, content = "md", render_markdown(proposal.report).encode()
        case "json":
            suffix, content = "json", render_json(proposal.report).encode()
        case _:
            raise Http404
    name = re.sub(r"[^A-Za-z0-9_-]", "_", proposal.report_id)
    return HttpResponse(
        content,
        content_type="application/octet-stream",  # never shown by the browser in our origin
        headers={"Content-Disposition": f'attachment; filename="{name}.{suffix}"'},
    )
