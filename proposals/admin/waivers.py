"""Waiving a finding from the review page."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from proposals.admin.decisions import REFUSALS
from proposals.admin.desk import signed_in, tell_refusal
from proposals.gate import Effect
from proposals.gate.waiving import why_not_waivable
from proposals.models import Finding, Proposal, Waiver
from proposals.services import LONGEST_WAIVER, revoke_waiver, waive_finding
from proposals.services.reassessment import can_reassess


class WaiverForm(forms.Form):
    """What the page sends: the finding, why it is accepted, and until when."""

    finding = forms.IntegerField()
    reason = forms.CharField(max_length=2000)
    ends_on = forms.DateField()

    def ends_at(self) -> datetime:
        """The end of the chosen day."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["ends_on"], time(23, 59)))


def waiver_context(request: HttpRequest, proposal: Proposal, findings: list[Finding]) -> dict[str, Any]:
    """Who waived what, and whether this person may waive the rest; each finding is told its own."""
    standing = {
        each.fingerprint: each for each in Waiver.objects.standing().filter(proposal=proposal).select_related("by")
    }
    user = signed_in(request)
    may = user.may("proposals.waive_finding") and proposal.submitted_by_id != user.pk
    may = may and bool(findings) and can_reassess(proposal)
    for finding in findings:
        finding.waiver = standing.get(finding.fingerprint)  # type: ignore[attr-defined]
        counts = finding.effect != Effect.NONE and not finding.is_waived and not why_not_waivable(finding.rule_id)
        finding.may_waive = may and counts  # type: ignore[attr-defined]
    today = timezone.localdate()
    return {
        "may_waive": may,
        "waiver_from": today.isoformat(),
        "waiver_default": (today + timedelta(days=30)).isoformat(),
        "waiver_until": (today + LONGEST_WAIVER - timedelta(days=1)).isoformat(),
    }


def waive_view(request: HttpRequest, object_id: int) -> HttpResponseBase:
    """Waive one finding; the service has the last word."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = WaiverForm(request.POST)
    try:
        if not form.is_valid():
            messages.error(request, f"Nothing was changed: give a reason and a day ({', '.join(form.errors)}).")
            return _back(object_id)
        waive_finding(
            proposal_id=object_id,
            finding_id=form.cleaned_data["finding"],
            by=signed_in(request),
            reason=form.cleaned_data["reason"],
            ends_at=form.ends_at(),
        )
    except (*REFUSALS, Proposal.DoesNotExist, OverflowError) as refusal:
        tell_refusal(request, refusal)
    else:
        messages.info(request, "The finding is waived, and the proposal was assessed again.")
    return _back(object_id)


def revoke_view(request: HttpRequest, object_id: int, waiver_id: int) -> HttpResponseBase:
    """Take a waiver back."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        revoke_waiver(waiver_id=waiver_id, by=signed_in(request))
    except (*REFUSALS, Waiver.DoesNotExist) as refusal:
        tell_refusal(request, refusal)
    else:
        messages.info(request, "The waiver is revoked; the finding counts again.")
    return _back(object_id)


def _back(object_id: int) -> HttpResponseRedirect:
    return redirect("admin:proposals_proposal_change", object_id)
