"""Checking a mitigation from the review page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from proposals.admin.decisions import REFUSALS
from proposals.admin.desk import signed_in
from proposals.checks import CheckRefused
from proposals.gate import Band
from proposals.models import MitigationCheck, Proposal
from proposals.services import run_mitigation_check
from proposals.services.reassessment import can_reassess

_SHOWN = 20


class CheckForm(forms.Form):
    """What the page sends: what the check proves, and the check."""

    mitigation = forms.CharField(max_length=2000)
    statement = forms.CharField(max_length=4000)


def check_context(request: HttpRequest, proposal: Proposal) -> dict[str, Any]:
    """The checks that ran, the latest first, and whether this person may run one more."""
    user = signed_in(request)
    may = user.may("proposals.decide_proposal") and proposal.submitted_by_id != user.pk
    checks = MitigationCheck.objects.filter(proposal=proposal).select_related("by").order_by("-id")[:_SHOWN]
    return {
        "checks": list(checks),
        "may_check": may and proposal.band == Band.MITIGATE and can_reassess(proposal),
    }


def check_view(request: HttpRequest, object_id: int) -> HttpResponseBase:
    """Run one check; the service has the last word."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = CheckForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"Nothing ran: say what it proves, and ask one question ({', '.join(form.errors)}).")
        return redirect("admin:proposals_proposal_change", object_id)
    try:
        check = run_mitigation_check(proposal_id=object_id, by=signed_in(request), **form.cleaned_data)
    except (*REFUSALS, CheckRefused, Proposal.DoesNotExist) as refusal:
        messages.error(request, f"Nothing ran: {refusal}.")
    else:
        messages.info(request, f"{'Passed' if check.passed else 'Not passed'}. {check.detail}")
    return redirect("admin:proposals_proposal_change", object_id)
