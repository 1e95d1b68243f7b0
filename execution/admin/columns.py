"""The cells of the task list."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from unfold.decorators import display

from execution.admin.bars import in_time
from execution.models import ExecutionTask, TaskPhase
from execution.states import IN_FLIGHT, TaskStatus
from proposals.admin.desk import ReadOnlyAdmin
from proposals.display import reveal

SWAP = mark_safe(' hx-swap-oob="true"')


class TaskColumns(ReadOnlyAdmin):
    """What the list says about a task, of which nothing needs another query."""

    @display(description="Task", ordering="id")
    def task(self, task: ExecutionTask) -> SafeString:
        return format_html(
            '<span class="fs-title fs-clamp">{}</span><span class="fs-sub">{} · {}</span>',
            reveal(task.description),
            task.get_kind_display(),
            str(task.public_id)[:8],
        )

    @display(description="Status", ordering="status")
    def standing(self, task: ExecutionTask) -> SafeString:
        return standing_cell(task)

    @display(description="Proposal")
    def asked_by(self, task: ExecutionTask) -> SafeString:
        return format_html(
            '<span class="fs-clamp">{}</span><span class="fs-sub">{}</span>',
            reveal(task.proposal.title),
            task.get_type_display(),
        )

    @display(description="Attempts")
    def tries(self, task: ExecutionTask) -> SafeString:
        return tries_cell(task)

    @display(description="Age", ordering="queued_at")
    def age(self, task: ExecutionTask) -> SafeString:
        return age_cell(task)

    @display(description="AI model", ordering="ai_model")
    def written_by(self, task: ExecutionTask) -> str | None:
        return reveal(task.ai_model) or None


def standing_cell(task: ExecutionTask, swap: str = "") -> SafeString:
    """The status, and below it what a task in flight does.

    With `SWAP`, as with the cells below, it takes the place of the one that the list shows.
    """
    return format_html(
        '<span id="task-standing-{}"{}><span class="fs-badge fs-status-{}">{}</span>{}</span>',
        task.pk,
        swap,
        task.status,
        task.get_status_display(),
        format_html('<span class="fs-sub">{}</span>', doing) if (doing := _doing(task)) else "",
    )


def tries_cell(task: ExecutionTask, swap: str = "") -> SafeString:
    """How many attempts there were."""
    return format_html('<span id="task-tries-{}"{}>{} of {}</span>', task.pk, swap, task.attempts, task.max_attempts)


def age_cell(task: ExecutionTask, swap: str = "") -> SafeString:
    """Since when it is queued, and how long it ran."""
    return format_html(
        '<span id="task-age-{}"{}><span title="{}">{}</span><span class="fs-sub">{}</span></span>',
        task.pk,
        swap,
        date_format(timezone.localtime(task.queued_at), "DATETIME_FORMAT"),
        timesince(task.queued_at, depth=1),
        ran_for(task),
    )


def ran_for(task: ExecutionTask) -> str:
    """How long the task ran, the wait not counted; empty for one that did not start or has not ended."""
    if task.started_at is None or task.finished_at is None:
        return ""
    return f"ran {in_time(round((task.finished_at - task.started_at).total_seconds() * 1000))}"


def lease_ran_out(task: ExecutionTask) -> bool:
    """Whether the worker that had the task went silent."""
    return task.status in IN_FLIGHT and task.lease_until is not None and task.lease_until < timezone.now()


def pauses(task: ExecutionTask) -> bool:
    """Whether the task waits after an attempt that failed."""
    return task.status == TaskStatus.QUEUED and task.not_before is not None and task.not_before > timezone.now()


def phase_of(task: ExecutionTask) -> str:
    """What the task is at, for one that was annotated with `current_phase`; empty outside of any phase."""
    phase: str | None = getattr(task, "phase", None)
    return TaskPhase.Name(phase).label if phase else ""


def _doing(task: ExecutionTask) -> str:
    if pauses(task) and task.not_before:
        return f"not before {date_format(timezone.localtime(task.not_before), 'H:i')}"
    return "lease ran out" if lease_ran_out(task) else phase_of(task)
