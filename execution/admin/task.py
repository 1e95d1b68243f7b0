"""The list of tasks, and the page of one."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from execution.admin.attempts import attempts_of
from execution.admin.columns import TaskColumns, ran_for
from execution.admin.interventions import REFUSALS, InterventionForm, act, choices_for
from execution.admin.plan import approve_parts_view
from execution.models import ExecutionTask, RollbackArtifact
from execution.services.outcome import FOR_PEOPLE
from execution.states import TaskStatus
from proposals.admin.desk import signed_in
from proposals.display import mark_hidden, reveal
from proposals.models import User

_EVENTS_SHOWN = 200
_CHARACTERS_SHOWN = 50_000
_SHOWN_APART = ("conflict", "check")


@admin.register(ExecutionTask)
class TaskAdmin(TaskColumns):
    """Read only: what happens to a task, a service does."""

    list_display = ("task", "standing", "asked_by", "tries", "age", "written_by")
    list_display_links = ("task",)
    list_filter = ("status", "kind", "type", "ai_model", ("assignee", RelatedOnlyFieldListFilter), "due_on")
    list_fullwidth = True
    list_per_page = 50
    ordering = ("-id",)
    search_fields = ("description", "proposal__title", "proposal__report_id", "public_id")
    search_help_text = "Description, proposal, id"
    actions = None
    empty_title = "No tasks"
    empty_text = "An approved proposal becomes tasks; they appear here."

    def get_urls(self) -> list[URLPattern]:
        approve = self.admin_site.admin_view(approve_parts_view)
        return [path("approve-parts/<int:proposal_id>/", approve, name="execution_approve_parts"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExecutionTask]:
        tasks = ExecutionTask.objects.select_related("proposal")
        return tasks.defer("payload", "result", "proposal__text", "proposal__received")

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
                messages.error(request, f"Nothing was changed: {refusal}.")
                typed_note, status = form.data.get("note", ""), 409
                task = self._task(object_id) or task
            else:
                return redirect("admin:execution_executiontask_change", task.pk)
        context = self._context(request, task) | {"typed_note": typed_note}
        return self.page(request, "admin/execution/executiontask/page.html", context, status=status)

    def _task(self, object_id: str) -> ExecutionTask | None:
        found = ExecutionTask.objects.select_related(
            "proposal__assessment", "parent", "approved_by", "rollback_artifact", "assignee", "same_as__proposal"
        )
        return found.filter(pk=int(object_id)).first() if object_id.isdecimal() else None

    def _context(self, request: HttpRequest, task: ExecutionTask) -> dict[str, Any]:
        artifact = RollbackArtifact.objects.filter(task=task).first()
        events = list(task.events.select_related("actor").order_by("-id")[:_EVENTS_SHOWN])
        choices = choices_for(task, signed_in(request), has_way_back=artifact is not None and not artifact.let_go_at)
        return {
            "title": reveal(task.description)[:80],
            "task": task,
            "ran_for": ran_for(task),
            "choices": choices,
            "refusals": list(dict.fromkeys(choice.why_not for choice in choices if choice.why_not)),
            "artifact": artifact,
            "conflict": task.result.get("conflict"),
            "check": task.result.get("check"),
            "texts": _texts(task, artifact),
            "may_assign": task.status == TaskStatus.WAITING and task.kind in FOR_PEOPLE,
            "people": _people() if task.status == TaskStatus.WAITING and task.kind in FOR_PEOPLE else [],
            "waits_on": list(task.depends_on.exclude(status=TaskStatus.SUCCEEDED).order_by("id")),
            "children": list(task.children.defer("payload", "result").order_by("id")),
            "events": events,
            "attempts": attempts_of(reversed(events)),
            "rollbacks": list(task.rollbacks.select_related("by").order_by("-id")),
        }


def _people() -> list[str]:
    """Whom a task can be given to: the first hundred by name."""
    people = User.objects.filter(kind=User.Kind.PERSON, is_active=True).order_by("username")
    return list(people.values_list("username", flat=True)[:100])


def _texts(task: ExecutionTask, artifact: RollbackArtifact | None) -> list[tuple[str, str]]:
    """The JSON of a task as titled, escaped texts."""
    result = {name: value for name, value in task.result.items() if name not in _SHOWN_APART}
    given = [("Result", result), ("Way back", artifact.data if artifact else None), ("Payload", task.payload)]
    return [(title, _as_html(data)) for title, data in given if data]


def _as_html(data: Any) -> str:
    text = json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True)
    return mark_hidden(text if len(text) <= _CHARACTERS_SHOWN else f"{text[:_CHARACTERS_SHOWN]}\n… cut here …")
