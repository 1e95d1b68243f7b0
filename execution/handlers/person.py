"""What only a person can do."""

from __future__ import annotations

from execution.handlers.handler import Execution, Handler, register
from execution.models import ExecutionTask


@register
class PersonHandler(Handler):
    """Waits until somebody says it is done. Payload: ``source_lines`` of the plan. Artifact: none."""

    kind = ExecutionTask.Kind.PERSON

    def execute(self, task: ExecutionTask) -> Execution:  # noqa: ARG002
        """Change nothing; say what it waits for."""
        return Execution(result={}, waits_for="a person")
