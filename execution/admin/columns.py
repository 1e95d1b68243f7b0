"""The cells of the task list."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from unfold.decorators import display

from execution.models import ExecutionTask
from proposals.admin.desk import ReadOnlyAdmin
from proposals.display import reveal


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
        return format_html('<span class="fs-badge fs-status-{}">{}</span>', task.status, task.get_status_display())

    @display(description="Proposal")
    def asked_by(self, task: ExecutionTask) -> SafeString:
        return format_html(
            '<span class="fs-clamp">{}</span><span class="fs-sub">{}</span>',
            reveal(task.proposal.title),
            task.get_type_display(),
        )

    @display(description="Attempts")
    def tries(self, task: ExecutionTask) -> str:
        return f"{task.attempts} of {task.max_attempts}"

    @display(description="Age", ordering="queued_at")
    def age(self, task: ExecutionTask) -> SafeString:
        return format_html(
            '<span title="{}">{}</span><span class="fs-sub">{}</span>',
            date_format(timezone.localtime(task.queued_at), "DATETIME_FORMAT"),
            timesince(task.queued_at, depth=1),
            ran_for(task),
        )

    @display(description="AI model", ordering="ai_model")
    def written_by(self, task: ExecutionTask) -> str | None:
        return reveal(task.ai_model) or None


def ran_for(task: ExecutionTask) -> str:
    """How long the task ran, the wait not counted; empty for one that did not start or has not ended."""
    if task.started_at is None or task.finished_at is None:
        return ""
    seconds = (task.finished_at - task.started_at).total_seconds()
    return f"ran {seconds * 1000:.0f} ms" if seconds < 1 else f"ran {seconds:.1f} s"
