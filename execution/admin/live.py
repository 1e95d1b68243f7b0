"""What the task pages ask for again and again while a task goes on; without scripts they are reloaded by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from execution.admin.columns import SWAP, age_cell, lease_ran_out, standing_cell, tries_cell
from execution.models import ExecutionTask
from execution.models.phase import current_phase
from execution.states import ENDED, IN_FLIGHT, TaskStatus

_TEMPLATES = "admin/execution/executiontask"
_MOST_ROWS = 100
_STATE = re.compile(r"\d{1,18}\.[a-z_]{1,20}\.\d{1,5}\.[a-z]{0,10}\.[01]")
SECONDS_IN_FLIGHT, SECONDS_WAITING = 2, 10


def seconds_between(task: ExecutionTask, children: Iterable[ExecutionTask]) -> int:
    """How often the page of a task asks; 0 for one that ended, with nothing for machines left in its parts."""
    standings = {task.status, *(child.status for child in children)}
    if standings & (IN_FLIGHT | {TaskStatus.QUEUED}):
        return SECONDS_IN_FLIGHT
    return 0 if task.status in ENDED else SECONDS_WAITING


def version_of(task: ExecutionTask) -> str:
    """Another one as soon as anything happened to the task, or to its parts. Two queries."""
    last = task.events.order_by("-id").values_list("id", flat=True)[:1]
    parts = task.children.order_by("id").values_list("status", "attempts")
    return "-".join([task.status, *map(str, last), *(f"{status[:2]}{attempts}" for status, attempts in parts)])


def state_of(task: ExecutionTask) -> str:
    """What a row of the list shows of a task that goes on, for a task with ``phase``."""
    phase = getattr(task, "phase", None) or ""
    return f"{task.pk}.{task.status}.{task.attempts}.{phase}.{int(lease_ran_out(task))}"


def live_states(tasks: Iterable[ExecutionTask]) -> str:
    """The states of the rows that can still change, as their list asks for them."""
    return ",".join(state_of(task) for task in tasks if task.status not in ENDED)


def changed_rows(request: HttpRequest) -> HttpResponse:
    """The cells of those rows that are not as the list shows them, and what it asks next; 204 when all are.

    One query, for at most a hundred rows; what is not as `live_states` wrote it is left out.
    """
    shown = [row for row in request.GET.get("rows", "").split(",")[:_MOST_ROWS] if _STATE.fullmatch(row)]
    ids = [int(row.partition(".")[0]) for row in shown]
    tasks = list(ExecutionTask.objects.filter(pk__in=ids).annotate(phase=current_phase()).defer("payload", "result"))
    changed = [task for task in tasks if state_of(task) not in shown]
    if not changed:
        return HttpResponse(status=204)
    cells = [cell(task, SWAP) for task in changed for cell in (standing_cell, tries_cell, age_cell)]
    return _fragment(request, "live_rows.html", {"cells": cells, "live_states": live_states(tasks)})


def task_fragment(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The parts of a task's page that changed since ``seen``: all of them, or those that count time."""
    has_changed = request.GET.get("seen") != context["version"]
    return _fragment(request, "live_task.html", context | {"is_fragment": True, "has_changed": has_changed})


def _fragment(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    answer = HttpResponse(render_to_string(f"{_TEMPLATES}/{template}", context, request))
    answer["Cache-Control"] = "no-store"
    return answer
