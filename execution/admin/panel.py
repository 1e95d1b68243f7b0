"""What the review page of a proposal says about its execution."""

from __future__ import annotations

from django.http import HttpRequest

from execution.models import ExecutionTask
from proposals.admin.panels import Panel, register_panel
from proposals.models import Proposal

_SHOWN = 50


@register_panel
def execution_panel(request: HttpRequest, proposal: Proposal) -> Panel | None:
    """The tasks of the proposal, root first; nothing before it was released. One query."""
    if not request.user.has_perm("execution.view_executiontask"):
        return None
    tasks = list(ExecutionTask.objects.filter(proposal=proposal).defer("payload", "result").order_by("id")[:_SHOWN])
    return Panel("Execution", "admin/execution/executiontask/panel.html", {"tasks": tasks}) if tasks else None
