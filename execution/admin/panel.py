"""What the review page of a proposal says about its execution."""

from __future__ import annotations

from collections import Counter

from django.db.models import Q
from django.http import HttpRequest

from execution.models import Draft, ExecutionTask
from proposals.admin.panels import Panel, register_panel
from proposals.models import Proposal

_SHOWN = 50
_LONG = (
    "proposal__text",
    "proposal__received",
    "source__payload",
    "source__result",
    "source__proposal__text",
    "source__proposal__received",
)


@register_panel
def execution_panel(request: HttpRequest, proposal: Proposal) -> Panel | None:
    """The tasks of the proposal, root first; nothing before it was released. One query."""
    if not request.user.has_perm("execution.view_executiontask"):
        return None
    tasks = list(ExecutionTask.objects.filter(proposal=proposal).defer("payload", "result").order_by("id")[:_SHOWN])
    if not tasks:
        return None
    counts = Counter(task.get_status_display().lower() for task in tasks)
    headline = ", ".join(f"{count} {status}" for status, count in counts.items())
    return Panel("Execution", "admin/execution/executiontask/panel.html", {"tasks": tasks}, headline=headline)


@register_panel
def drafts_panel(request: HttpRequest, proposal: Proposal) -> Panel | None:
    """Which model drafted the proposal, of what; and the drafts that were made of its own tasks. One query."""
    if not request.user.has_perm("execution.view_executiontask"):
        return None
    about = Draft.objects.filter(Q(proposal=proposal) | Q(source__proposal=proposal)).order_by("id")
    rows = about.select_related("proposal", "source__proposal", "call__model").defer(*_LONG)[:_SHOWN]
    drafts = [(draft, draft.proposal_id == proposal.pk) for draft in rows]
    return Panel("Drafts", "admin/execution/aimodel/drafts.html", {"drafts": drafts}) if drafts else None
