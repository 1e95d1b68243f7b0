"""The list of tasks, and the page of one: routes and rights; what they show is in the modules beside this one."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from execution.admin.bulk import BULK_ACTIONS, BulkForm, bulk_context, intervene_in_all
from execution.admin.columns import TaskColumns
from execution.admin.filters import AssigneeFilter, AttemptsFilter, ModelFilter, QueuedFilter, TroubleFilter
from execution.admin.interventions import REFUSALS, InterventionForm, act
from execution.admin.kpis import kpi_context
from execution.admin.live import changed_rows, live_states, task_fragment, version_of
from execution.admin.page import task_context
from execution.admin.plan import approve_parts_view
from execution.models import ExecutionTask
from execution.models.phase import current_phase
from execution.states import IN_FLIGHT
from fsarsite.paginator import BoundedPaginator
from proposals.admin.desk import signed_in, tell_refusal

_TEMPLATES = "admin/execution/executiontask"
_LIST, _PAGE = "admin:execution_executiontask_changelist", "admin:execution_executiontask_change"
_ID = re.compile("[0-9a-f]{6,32}")
_LONGEST_NUMBER = 18


@admin.register(ExecutionTask)
class TaskAdmin(TaskColumns):
    """Read only: what happens to a task, a service does."""

    list_display = ("task", "standing", "asked_by", "tries", "age", "written_by")
    list_display_links = ("task",)
    list_filter = (
        "status",
        TroubleFilter,
        ("kind", ChoicesDropdownFilter),
        ("type", ChoicesDropdownFilter),
        AttemptsFilter,
        ModelFilter,
        ("proposal__opportunity", AutocompleteSelectFilter),
        ("queued_at", QueuedFilter),
        AssigneeFilter,
        "due_on",
    )
    list_filter_submit = True
    list_fullwidth = True
    list_per_page = 50
    list_before_template = f"{_TEMPLATES}/list_before.html"  # type: ignore[assignment]  # unfold says None
    paginator = BoundedPaginator
    ordering = ("-id",)
    search_fields = ("description", "proposal__title", "proposal__report_id")
    search_help_text = "Description, proposal, or the id of a task"
    actions = ("retry_selected", "requeue_selected", "cancel_selected")
    empty_title = "No tasks"
    empty_text = "An approved proposal becomes tasks; they appear here."

    def get_urls(self) -> list[URLPattern]:
        approve = self.admin_site.admin_view(approve_parts_view)
        bulk = self.admin_site.admin_view(self.bulk_view)
        return [
            path("approve-parts/<int:proposal_id>/", approve, name="execution_approve_parts"),
            path("bulk/<str:name>/", bulk, name="execution_executiontask_bulk"),
            path("kpis/", self.admin_site.admin_view(self.kpi_view), name="execution_executiontask_kpis"),
            path("live/", self.live_rows_view, name="execution_executiontask_live_rows"),
            path("<int:object_id>/live/", self.live_view, name="execution_executiontask_live"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExecutionTask]:
        tasks = ExecutionTask.objects.select_related("proposal").annotate(phase=current_phase())
        return tasks.defer("payload", "result", "proposal__text", "proposal__received")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What begins like an id, as the list shows it, is looked up as one; a number is the number of a task too."""
        term = search_term.strip().lower()
        looked_up = Q(pk=int(term)) if term.isdecimal() and len(term) <= _LONGEST_NUMBER else Q()
        if re.fullmatch(_ID, digits := term.replace("-", "")):
            looked_up |= Q(public_id__range=(UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))))
        if looked_up and (found := queryset.filter(looked_up)).exists():
            return found, False
        return super().get_search_results(request, queryset, search_term)

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Whether to offer interventions; the services check each one."""
        return signed_in(request).may("execution.run_task")

    def changelist_view(  # type: ignore[override]  # as in DeskAdmin
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with what it has to ask for while its tasks go on."""
        shown = super().changelist_view(request, extra_context)
        if isinstance(shown, TemplateResponse) and shown.context_data and "cl" in shown.context_data:
            shown.context_data["live_states"] = live_states(shown.context_data["cl"].result_list)
            shown.context_data["bulk_actions"] = BULK_ACTIONS if self.has_run_permission(request) else {}
        return shown

    @admin.action(description="Retry", permissions=["run"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[ExecutionTask]) -> HttpResponse:
        """Ask first."""
        return _ask(request, "retry")

    @admin.action(description="Requeue", permissions=["run"])
    def requeue_selected(self, request: HttpRequest, queryset: QuerySet[ExecutionTask]) -> HttpResponse:
        """Ask first."""
        return _ask(request, "requeue")

    @admin.action(description="Cancel", permissions=["run"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[ExecutionTask]) -> HttpResponse:
        """Ask first."""
        return _ask(request, "cancel")

    def kpi_view(self, request: HttpRequest) -> HttpResponse:
        """How long tasks take and how many end well."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.page(request, "admin/execution/kpis/page.html", kpi_context(request))

    def bulk_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Ask, then act on all tasks that match the filters of the address, as they were when it asked."""
        if not self.has_view_permission(request) or not self.has_run_permission(request) or name not in BULK_ACTIONS:
            raise PermissionDenied
        action, back = BULK_ACTIONS[name], f"{reverse(_LIST)}?{request.GET.urlencode()}"
        form = BulkForm(request.POST) if request.method == "POST" else None
        if form and form.is_valid():
            typed = form.cleaned_data
            messages.info(request, intervene_in_all(action, typed["rows"], by=signed_in(request), note=typed["note"]))
            return redirect(back)
        if form and "rows" in form.errors:
            messages.error(request, "Nothing was changed: the page came back incomplete; choose the tasks again.")
            return redirect(back)
        try:
            context = bulk_context(action, self.get_changelist_instance(request).queryset)
        except IncorrectLookupParameters:
            messages.error(request, "Nothing was changed: the list cannot be filtered like that.")
            return redirect(_LIST)
        if form:  # the reason was too short: the rows are those that were shown
            context |= {"form": form, "number": len(form.cleaned_data["rows"])}
        return self.page(request, f"{_TEMPLATES}/bulk.html", context | {"back": back})

    def live_rows_view(self, request: HttpRequest) -> HttpResponse:
        """What changed in the list. Whoever is logged out meanwhile gets no page to log in: it would land in a cell."""
        if not self.admin_site.has_permission(request) or not self.has_view_permission(request):
            raise PermissionDenied
        return changed_rows(request)

    def live_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What changed on the page of a task."""
        if not self.admin_site.has_permission(request) or not self.has_view_permission(request):
            raise PermissionDenied
        task = self._task(str(object_id))
        if task is None:
            return HttpResponse(status=404)
        if task.status not in IN_FLIGHT and request.GET.get("seen") == version_of(task):
            return HttpResponse(status=204)
        return task_fragment(request, task_context(task, signed_in(request)))

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        """The task's page, and what its buttons do."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        task = self._task(object_id)
        if task is None:
            return self.missing(request, object_id)
        typed_note, status = "", 200
        if request.method == "POST":
            form = InterventionForm(request.POST)
            try:
                messages.info(request, act(task, signed_in(request), form))
            except REFUSALS as refusal:
                tell_refusal(request, refusal)
                typed_note, status = form.data.get("note", ""), 409
                task = self._task(object_id) or task
            else:
                return redirect(_PAGE, task.pk)
        context = task_context(task, signed_in(request)) | {"typed_note": typed_note}
        return self.page(request, f"{_TEMPLATES}/page.html", context, status=status)

    def _task(self, object_id: str) -> ExecutionTask | None:
        found = ExecutionTask.objects.select_related(
            "proposal__assessment__policy", "parent", "approved_by", "assignee", "same_as__proposal"
        ).annotate(phase=current_phase())
        return found.filter(pk=int(object_id)).first() if object_id.isdecimal() else None


def _ask(request: HttpRequest, name: str) -> HttpResponse:
    """The page that asks, about the ticked tasks or, where all were ticked over all pages, about the filter."""
    query = request.GET.urlencode()
    if request.POST.get("select_across") != "1":
        ids = [each for each in request.POST.getlist(ACTION_CHECKBOX_NAME)[:100] if each.isdecimal()]
        query = f"id__in={','.join(ids)}"
    return redirect(f"{reverse('admin:execution_executiontask_bulk', args=[name])}?{query}")
