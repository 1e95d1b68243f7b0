"""A title to think about."""

from __future__ import annotations

from execution.handlers.handler import Execution, Handler, register
from execution.models import ExecutionTask


@register
class IdeaHandler(Handler):
    """Waits: whatever is made of an idea comes back as a proposal of its own. Payload and artifact: none."""

    kind = ExecutionTask.Kind.IDEA

    def execute(self, task: ExecutionTask) -> Execution:  # noqa: ARG002
        """Change nothing; say what it waits for."""
        return Execution(
            result={}, waits_for="a model or a person to work it out; what they make of it is a proposal of its own"
        )
