"""How much of each type of work may run at once, and which goes first."""

from __future__ import annotations

from django.db import models

from execution.models.task import ExecutionTask
from proposals.models import Proposal


class TypeLimit(models.Model):
    """Room and precedence of one type of proposal, over all workers. A change counts from the next claim on.

    A type without a row has no limit and priority 0.
    """

    type = models.CharField(max_length=20, unique=True, choices=Proposal.Type)
    max_running = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Empty: no limit. 0: tasks of this type wait."
    )
    priority = models.SmallIntegerField(default=0, help_text="Higher goes first, whatever the priority of its tasks.")

    def __str__(self) -> str:
        room = "no limit" if self.max_running is None else f"at most {self.max_running} at once"
        return f"{self.get_type_display()}: {room}, priority {self.priority}"


class KindLimit(models.Model):
    """Room of one kind of task over all workers, whatever its type: SQL shares one target, files one workspace.

    A kind without a row has no limit. A change counts from the next claim on.
    """

    kind = models.CharField(max_length=10, unique=True, choices=ExecutionTask.Kind)
    max_running = models.PositiveSmallIntegerField(help_text="0: tasks of this kind wait.")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: at most {self.max_running} at once"
