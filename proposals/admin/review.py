"""What the review page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from proposals.admin.columns import deadline_in_words
from proposals.admin.decisions import Standing
from proposals.admin.desk import signed_in
from proposals.admin.estimates import Opinion, estimate_context, without_numbers
from proposals.admin.first_screen import first_screen_context
from proposals.admin.flow import flow_context
from proposals.admin.hindsight import hindsight_context
from proposals.admin.mitigations import check_context
from proposals.admin.news import look_at
from proposals.admin.panels import panels_of
from proposals.admin.repetition import heads_of, repetition_context
from proposals.admin.threads import ANCHORS, Beneath, thread_context
from proposals.admin.time_on_page import stamp_for
from proposals.admin.waivers import waiver_context
from proposals.display import MAX_MARKDOWN_CHARACTERS, Note, number_lines, render_prose
from proposals.models import Assessment, Decision, Finding, Proposal, ProposalEvent
from proposals.services.review import approvals_needed
from proposals.states import DECIDABLE, WAITING, Status

_LEVELS = {"error": 0, "warning": 1, "note": 2}
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
    findings = _findings(proposal.assessment)
    estimates, threads = estimate_context(request, proposal), thread_context(request, proposal)
    panels = panels_of(request, proposal)
    if estimates["is_blind"]:
        events = [_withheld(event) for event in events]
    return {
        "proposal": proposal,
        "assessment": proposal.assessment,
        "is_waiting": proposal.status in WAITING,
        "deadline": deadline_in_words(proposal.deadline),
        "typed_note": typed_note,
        "shown_at": stamp_for(request, proposal),
        "events": events,
        "decisions": decisions,
        "duplicates": list(proposal.duplicates.order_by("id").only("report_id", "title")[:_DUPLICATES_SHOWN]),
        "next_waiting": _next_waiting(proposal),
        "panels": panels,
        **estimates,
        **threads,
        **(chosen := _choices(request, proposal, decisions, events, estimates | threads)),
        **(flow := flow_context(request, proposal, chosen["standing"])),
        "said": len(threads["about"].threads) + len(flow["inquiries"]),
        **look_at(proposal, signed_in(request), events, is_blind=estimates["is_blind"]),
        **first_screen_context(proposal, findings, panels),
        **_judgement(proposal.assessment, is_blind=estimates["is_blind"]),
        **hindsight_context(proposal.assessment),
        **repetition_context(proposal),
        **check_context(request, proposal),
        **waiver_context(request, proposal, findings),
        **_texts(request, proposal, findings, threads["beneath"]),
    }


def _choices(
    request: HttpRequest,
    proposal: Proposal,
    decisions: list[Decision],
    events: list[ProposalEvent],
    stops: dict[str, Any],
) -> dict[str, Any]:
    standing = Standing.of(
        proposal,
        signed_in(request),
        decisions,
        events,
        is_blind=stops["is_blind"],
        is_held=bool(stops["blocking_threads"]),
        needed=approvals_needed(proposal) if proposal.status in DECIDABLE else 0,
    )
    choices = standing.choices()
    opinions: list[Opinion] = stops.get("opinions", [])
    return {
        "standing": standing,
        "choices": choices,
        "refusals": list(dict.fromkeys(choice.why_not for choice in choices if choice.why_not)),
        "claim": standing.claim(),
        "far": [each for each in opinions if each.is_far] if proposal.status == Status.BLOCKED else [],
    }


def _withheld(event: ProposalEvent) -> ProposalEvent:
    """The event without what the person is to estimate, and without what others did; it is never saved."""
    event.note = "" if event.name == "estimated" else without_numbers(event.note)
    return event


def _judgement(assessment: Assessment | None, *, is_blind: bool) -> dict[str, Any]:
    if assessment is None:
        return {"factors": [], "product": 0, "headline": ""}
    if is_blind:
        return {"factors": [], "product": 0, "headline": without_numbers(assessment.headline)}
    said = assessment.evidence
    factors = [
        Factor("likelihood", assessment.likelihood, 5, said.get("likelihood", "")),
        Factor("damage", assessment.damage, 5, said.get("damage", "")),
        Factor("reversibility", assessment.reversibility, 3, said.get("reversibility", "")),
    ]
    return {
        "factors": factors,
        "product": assessment.likelihood * assessment.damage * assessment.reversibility,
        "headline": assessment.headline,
    }


def _texts(
    request: HttpRequest, proposal: Proposal, findings: list[Finding], beneath: dict[str, dict[int, Beneath]]
) -> dict[str, Any]:
    whole = "whole" in request.GET
    frame, report = proposal.frame, proposal.report
    main = "file" if frame else "text"
    for line, head in heads_of(proposal).items():
        beneath[main][line].head = head
    return {
        "findings": findings,
        "frame": frame,
        "file_text": number_lines(frame.content, _notes(findings, "content"), whole=whole, beneath=beneath["file"])
        if frame
        else None,
        "raw_text": number_lines(report.proposal, _notes(findings, "report"), whole=whole, beneath=beneath["text"]),
        "prose": _prose(report.proposal) if frame is None else None,
        "risks": report.risks,
        "mitigations": report.mitigations,
        "unfolded": _unfolded(request, beneath),
    }


def _unfolded(request: HttpRequest, beneath: dict[str, dict[int, Beneath]]) -> set[str]:
    """The texts that a link into them has to unfold: a browser without scripts may not do it by itself.

    ``open`` names a text or one of its threads.
    """
    asked, found = request.GET.get("open", ""), set()
    for anchor, lines in beneath.items():
        threads = [thread for each in lines.values() for thread in each.threads]
        if anchor == asked or any(each.form for each in lines.values()) or any(str(one.pk) == asked for one in threads):
            found.add(anchor)
    return found


def _findings(assessment: Assessment | None) -> list[Finding]:
    found = list(assessment.findings.order_by("id")) if assessment else []
    for finding in found:
        finding.anchor = ANCHORS.get(finding.artifact, "")  # type: ignore[attr-defined]
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
