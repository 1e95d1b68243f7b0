"""What a person may do to a task from its page, and doing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django import forms

from execution.admin.columns import lease_ran_out, pauses
from execution.models import ExecutionTask, Rollback
from execution.services.assignments import assign_task
from execution.services.drafts import request_draft
from execution.services.held import run_held_task
from execution.services.interventions import cancel_task, retry_task
from execution.services.outcome import FOR_PEOPLE
from execution.services.people import complete_task
from execution.services.requeue import requeue_task
from execution.services.rights import ExecutionRefused
from execution.services.rollback import roll_back_task
from execution.states import TRANSITIONS, InvalidTaskTransition, TaskStatus
from proposals.models import User
from proposals.states import InvalidTransition

REFUSALS = (ExecutionRefused, InvalidTaskTransition, InvalidTransition)


class InterventionForm(forms.Form):
    """What the page sends: the button and the reason."""

    action = forms.CharField()
    note = forms.CharField(required=False, max_length=5000)
    assignee = forms.CharField(required=False, max_length=150)
    due_on = forms.DateField(required=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """A button; ``why_not`` says why this person may not press it, empty when they may."""

    action: str
    label: str
    variant: str
    why_not: str


def choices_for(task: ExecutionTask, user: User, *, has_way_back: bool) -> list[Choice]:
    """The buttons that make sense for the task's status; the services have the last word."""
    after = TRANSITIONS[TaskStatus(task.status)]
    run = _why_not(user, "execution.run_task")
    found = []
    if task.status == TaskStatus.SUCCEEDED and has_way_back:
        found.append(Choice("roll_back", "Roll back", "danger", _why_not(user, "execution.rollback_task")))
    if task.is_held:
        found.append(Choice("run", "Run", "primary", run))
    elif task.status == TaskStatus.WAITING and task.kind in FOR_PEOPLE:
        found.append(Choice("complete", "Mark as done", "primary", run))
        found.append(Choice("assign", "Assign", "default", run))
        found.append(Choice("draft", "Draft with a model", "default", run))
    if task.status == TaskStatus.FAILED:
        found.append(Choice("retry", "Retry", "primary", run))
    if lease_ran_out(task) or pauses(task):
        found.append(Choice("requeue", "Queue again now", "default", run))
    if TaskStatus.CANCELLED in after and task.status != TaskStatus.RUNNING:
        found.append(Choice("cancel", "Cancel the task", "default", run))
    return found


def _why_not(user: User, right: str) -> str:
    if not user.is_person:
        return "Services and AI models may not do this; a person must."
    return "" if user.has_perm(right) else "You may look; Operators act."


def _roll_back(task: ExecutionTask, by: User, note: str) -> str:
    rollback = roll_back_task(task_id=task.pk, by=by, reason=note)
    if rollback.outcome == Rollback.Outcome.REFUSED:
        raise ExecutionRefused(f"the rollback was refused: {rollback.detail}")
    return "Rolled back."


def _complete(task: ExecutionTask, by: User, note: str) -> str:
    complete_task(task_id=task.pk, by=by, note=note)
    return "Marked as done."


def _retry(task: ExecutionTask, by: User, note: str) -> str:
    retry_task(task_id=task.pk, by=by, note=note)
    return "Queued again."


def _requeue(task: ExecutionTask, by: User, note: str) -> str:
    requeue_task(task_id=task.pk, by=by, note=note)
    return "Queued again."


def _cancel(task: ExecutionTask, by: User, note: str) -> str:
    cancel_task(task_id=task.pk, by=by, note=note)
    return "Cancelled."


def _draft(task: ExecutionTask, by: User, note: str) -> str:
    draft = request_draft(task_id=task.pk, by=by, note=note)
    return f"Task {draft.pk} has a model draft it; the draft comes back as a proposal."


def _run(task: ExecutionTask, by: User, note: str) -> str:
    run_held_task(task_id=task.pk, by=by, note=note)
    return "Queued."


def _assign(task: ExecutionTask, by: User, form: InterventionForm) -> str:
    typed = form.cleaned_data
    assigned = assign_task(task_id=task.pk, by=by, assignee=typed["assignee"], due_on=typed["due_on"])
    return f"Assigned to {assigned.assignee}." if assigned.assignee else "Assigned to nobody."


Act = Callable[[ExecutionTask, User, str], str]
ACTIONS: dict[str, Act] = {
    "roll_back": _roll_back,
    "complete": _complete,
    "retry": _retry,
    "requeue": _requeue,
    "cancel": _cancel,
    "draft": _draft,
    "run": _run,
}


def act(task: ExecutionTask, by: User, form: InterventionForm) -> str:
    """Do what the page asked for; what was done, in words. Raises one of `REFUSALS`."""
    if not form.is_valid() or form.cleaned_data["action"] not in {*ACTIONS, "assign"}:
        raise ExecutionRefused("this page has no such button, the reason is too long, or the date is none; reload it")
    if form.cleaned_data["action"] == "assign":
        return _assign(task, by, form)
    return ACTIONS[form.cleaned_data["action"]](task, by, form.cleaned_data["note"])
