"""What the review page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from proposals.admin.columns import deadline_in_words
from proposals.admin.decisions import Standing
from proposals.admin.desk import signed_in
from proposals.admin.hindsight import hindsight_context
from proposals.admin.mitigations import check_context
from proposals.admin.panels import panels_of
from proposals.admin.repetition import repetition_context
from proposals.admin.waivers import waiver_context
from proposals.display import MAX_MARKDOWN_CHARACTERS, Note, number_lines, render_prose
from proposals.models import Assessment, Finding, Proposal
from proposals.services import approvals_missing
from proposals.states import WAITING

_LEVELS = {"error": 0, "warning": 1, "note": 2}
_ARTIFACTS = {"content": "file", "report": "text"}
_UNDONE = {1: "Undone at no loss", 2: "Undone with loss or effort", 3: "Cannot be undone"}
_DUPLICATES_SHOWN = 20
_EVENTS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of the severity and the sentence that justifies it."""

    name: str
    value: int
    most: int
    evidence: str


def review_context(request: HttpRequest, proposal: Proposal, *, typed_note: str = "") -> dict[str, Any]:
    """Everything the page shows, in a number of queries that does not depend on the proposal's size."""
    events = list(proposal.events.select_related("actor", "policy").order_by("-id")[:_EVENTS_SHOWN])
    decisions = list(proposal.decisions.select_related("by", "assessment__policy").order_by("-id"))
    standing = Standing.of(proposal, signed_in(request), decisions, events)
    choices = standing.choices()
    return {
        "proposal": proposal,
        "assessment": proposal.assessment,
        "is_waiting": proposal.status in WAITING,
        "deadline": deadline_in_words(proposal.expires_at),
        "choices": choices,
        "refusals": list(dict.fromkeys(choice.why_not for choice in choices if choice.why_not)),
        "claim": standing.claim(),
        "typed_note": typed_note,
        "missing": approvals_missing(proposal) if choices else 0,
        "events": events,
        "decisions": decisions,
        "duplicates": list(proposal.duplicates.order_by("id").only("report_id", "title")[:_DUPLICATES_SHOWN]),
        "next_waiting": _next_waiting(proposal),
        "panels": panels_of(request, proposal),
        **_judgement(proposal.assessment),
        **hindsight_context(proposal.assessment),
        **repetition_context(proposal),
        **check_context(request, proposal),
        **_texts(request, proposal),
    }


def _judgement(assessment: Assessment | None) -> dict[str, Any]:
    if assessment is None:
        return {"findings": [], "factors": [], "product": 0, "undone": ""}
    said = assessment.evidence
    factors = [
        Factor("likelihood", assessment.likelihood, 5, said.get("likelihood", "")),
        Factor("damage", assessment.damage, 5, said.get("damage", "")),
        Factor("reversibility", assessment.reversibility, 3, said.get("reversibility", "")),
    ]
    return {
        "factors": factors,
        "product": assessment.likelihood * assessment.damage * assessment.reversibility,
        "undone": _UNDONE[assessment.reversibility],
    }


def _texts(request: HttpRequest, proposal: Proposal) -> dict[str, Any]:
    findings = _findings(proposal.assessment)
    whole = "whole" in request.GET
    frame, report = proposal.frame, proposal.report
    return {
        "findings": findings,
        **waiver_context(request, proposal, findings),
        "frame": frame,
        "file_text": number_lines(frame.content, _notes(findings, "content"), whole=whole) if frame else None,
        "raw_text": number_lines(report.proposal, _notes(findings, "report"), whole=whole),
        "prose": _prose(report.proposal),
        "risks": report.risks,
        "mitigations": report.mitigations,
    }


def _findings(assessment: Assessment | None) -> list[Finding]:
    found = list(assessment.findings.order_by("id")) if assessment else []
    for finding in found:
        finding.anchor = _ARTIFACTS.get(finding.artifact, "")  # type: ignore[attr-defined]
    return sorted(found, key=lambda finding: (finding.is_waived, _LEVELS[finding.level]))


def _notes(findings: list[Finding], artifact: str) -> list[Note]:
    return [
        Note(start, finding.end_line or start, finding.level, finding.rule_id, finding.message)
        for finding in findings
        if finding.artifact == artifact and (start := finding.start_line)
    ]


def _prose(text: str) -> SafeString | None:
    return render_prose(text) if len(text) <= MAX_MARKDOWN_CHARACTERS else None


def _next_waiting(proposal: Proposal) -> Proposal | None:
    others = Proposal.objects.waiting().exclude(pk=proposal.pk).order_by("-severity", "id")
    return others.only("pk", "title").first()
