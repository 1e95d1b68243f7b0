"""The parts of a plan on its review page, and approving some of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from execution.models import ExecutionTask
from execution.plans import Part, parts_of
from execution.services.enqueue import kind_of
from execution.services.plan_choices import approve_parts
from execution.services.rights import ExecutionRefused
from proposals.admin.desk import signed_in, tell_refusal
from proposals.admin.panels import Panel, Place, register_panel
from proposals.gate import Rules
from proposals.models import Proposal
from proposals.services import DecisionRefused
from proposals.states import DECIDABLE, InvalidTransition

_SHOWN = 50


class PartsForm(forms.Form):
    """What the panel sends: the chosen parts, the reason, and what was on the screen."""

    chosen = forms.MultipleChoiceField(required=False)
    note = forms.CharField(required=False, max_length=5000)
    content_hash = forms.CharField(max_length=80)
    assessment_id = forms.IntegerField()


@register_panel
def parts_panel(request: HttpRequest, proposal: Proposal) -> Panel | None:
    """Each part of an open plan, what became of the same in other plans, and boxes for who may approve. One query."""
    if proposal.status not in DECIDABLE or kind_of(proposal) != ExecutionTask.Kind.PLAN:
        return None
    if not request.user.has_perm("execution.view_executiontask"):
        return None
    rules = proposal.assessment.policy.rules if proposal.assessment else Rules()
    parts = parts_of(proposal.report, rules)[:_SHOWN]
    firsts = _first_tasks(parts)
    user = signed_in(request)
    may_choose = user.may("proposals.decide_proposal") and len(parts) > 1
    rows = [(part, firsts.get(part.signature)) for part in parts]
    context = {"rows": rows, "proposal": proposal, "may_choose": may_choose}
    return Panel("The plan by action", "admin/execution/executiontask/parts.html", context, place=Place.CHANGE)


def approve_parts_view(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Approve the parts that were ticked, then lead back to the review page. POST only."""
    if request.method != "POST" or not request.user.has_perm("proposals.view_proposal"):
        raise PermissionDenied
    form = PartsForm(request.POST)
    form.fields["chosen"].choices = [(key, key) for key in request.POST.getlist("chosen")[:500]]  # type: ignore[attr-defined]
    if not form.is_valid():
        messages.error(request, "Nothing was changed: the form came back incomplete; reload the page.")
        return redirect("admin:proposals_proposal_change", proposal_id)
    try:
        approve_parts(proposal_id=proposal_id, by=signed_in(request), **form.cleaned_data)
    except (ExecutionRefused, DecisionRefused, InvalidTransition, Proposal.DoesNotExist) as refusal:
        tell_refusal(request, refusal)
    else:
        messages.info(request, "Your approval of the chosen parts is recorded; the others are kept as not approved.")
    return redirect("admin:proposals_proposal_change", proposal_id)


def _first_tasks(parts: tuple[Part, ...]) -> dict[str, Any]:
    signatures = [part.signature for part in parts if part.text]
    tasks = ExecutionTask.objects.filter(signature__in=signatures, same_as=None).select_related("proposal")
    return {task.signature: task for task in tasks.defer("payload", "result", "proposal__text", "proposal__received")}
