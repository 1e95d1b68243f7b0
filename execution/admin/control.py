"""The kill switch: one page, one button."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.widgets import UnfoldAdminTextareaWidget

from execution.models import ExecutionControl, ExecutionTask, WorkerHeartbeat
from execution.services.control import halt_execution, resume_execution
from execution.services.rights import ExecutionRefused
from execution.states import IN_FLIGHT
from proposals.admin.desk import ReadOnlyAdmin, signed_in


class SwitchForm(forms.Form):
    """The button and the reason."""

    action = forms.ChoiceField(choices=[("halt", "halt"), ("resume", "resume")], widget=forms.HiddenInput())
    reason = forms.CharField(
        help_text="At least 10 characters; every admin page shows it while execution is halted.",
        min_length=10,
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )


@admin.register(ExecutionControl)
class ExecutionControlAdmin(ReadOnlyAdmin):
    """There is one row, so its list is its page."""

    def changelist_view(  # type: ignore[override]  # as in DeskAdmin
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Where the switch stands, and the form that moves it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = SwitchForm(request.POST or None)
        if form.is_valid():
            try:
                _move_switch(request, form.cleaned_data)
            except ExecutionRefused as refusal:
                form.add_error(None, f"Nothing was changed: {refusal}.")
            else:
                return redirect("admin:execution_executioncontrol_changelist")
        context = {
            "title": "Kill switch",
            "form": form,
            "may": signed_in(request).may("execution.halt_execution"),
            "running": ExecutionTask.objects.filter(status__in=sorted(IN_FLIGHT)).count(),
            "workers": list(WorkerHeartbeat.objects.order_by("name")),
        }
        return self.page(request, "admin/execution/executioncontrol/switch.html", context)

    def change_view(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        """The one row has no page of its own."""
        return redirect("admin:execution_executioncontrol_changelist")


def _move_switch(request: HttpRequest, typed: dict[str, str]) -> None:
    if typed["action"] == "halt":
        halt_execution(by=signed_in(request), reason=typed["reason"])
        messages.warning(request, "Execution is halted: no task starts from now on. What runs already goes on.")
    else:
        resume_execution(by=signed_in(request), reason=typed["reason"])
        messages.info(request, "Execution goes on.")
