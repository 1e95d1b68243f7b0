"""Who does a person's task, and by when."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from execution.models import ExecutionTask
from execution.services.history import write_task_event
from execution.services.interventions import lock_task
from execution.services.outcome import FOR_PEOPLE
from execution.services.rights import ExecutionRefused, require_right
from execution.states import TaskStatus
from proposals.actors import Actor
from proposals.models import User


@transaction.atomic
def assign_task(*, task_id: int, by: User, assignee: str, due_on: date | None = None) -> ExecutionTask:
    """Give a waiting task to a person, by username, with a due date; an empty username takes it back.

    Locks the proposal, then the task. Raises ExecutionRefused, ExecutionTask.DoesNotExist.
    """
    require_right(by, "execution.run_task", "assign tasks")
    task = lock_task(task_id)
    if task.kind not in FOR_PEOPLE or task.status != TaskStatus.WAITING:
        raise ExecutionRefused("only a task that waits for a person can be assigned")
    person = None
    if assignee:
        person = User.objects.filter(username=assignee, kind=User.Kind.PERSON, is_active=True).first()
        if person is None:
            raise ExecutionRefused("there is no person with that username; services and AI models are given no tasks")
    task.assignee, task.due_on = person, due_on
    task.save(update_fields=["assignee", "due_on"])
    said = f"To {person}." if person else "To nobody."
    note = f"{said} Due on {due_on.isoformat()}." if due_on else said
    write_task_event(task, name="assigned", before=task.status, by=Actor.of(by), note=note)
    return task
