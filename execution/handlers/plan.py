"""A plan, taken apart."""

from __future__ import annotations

from typing import Any

from execution.handlers.handler import ChildTask, Execution, Handler, PermanentFailure, register
from execution.models import ExecutionTask, PlanChoice
from execution.plans import Part, parts_of
from proposals.gate import Rules

Kind = ExecutionTask.Kind
MOST_CHILDREN = 50
LONGEST_DESCRIPTION = 2000


@register
class PlanHandler(Handler):
    """Makes the parts of a plan tasks of their own: SQL that changes something runs, the rest is for a person.

    Payload and artifact: none. Result: ``{"sql": n, "for_people": n, "not_approved": n, "left_out": n}``; left out is
    what came after the fiftieth. SQL runs in the order of the plan, each after the one before it.
    """

    kind = Kind.PLAN

    def execute(self, task: ExecutionTask) -> Execution:
        """Find the parts. Changes nothing itself; whoever finishes the task adds the children.

        Raises PermanentFailure when an approval left out a part that the plan does not have.
        """
        judged = task.proposal.assessment
        parts = parts_of(task.proposal.report, judged.policy.rules if judged else Rules())
        left_out = PlanChoice.left_out_of(task.proposal_id)
        if left_out - {part.key for part in parts}:
            raise PermanentFailure("an approval left out a part that this plan does not have; propose the plan again")
        children = [_child(part, task, is_approved=part.key not in left_out) for part in parts]
        kept = children[:MOST_CHILDREN]
        return Execution(
            result={
                "sql": sum(child.kind == Kind.SQL and child.is_approved for child in kept),
                "for_people": sum(child.kind == Kind.PERSON and child.is_approved for child in kept),
                "not_approved": sum(not child.is_approved for child in kept),
                "left_out": len(children) - len(kept),
            },
            children=tuple(kept),
        )


def _child(part: Part, task: ExecutionTask, *, is_approved: bool) -> ChildTask:
    text = part.text or f"Carry out the plan: {task.proposal.title}"
    payload: dict[str, Any] = {"source_lines": [part.start_line, part.end_line]}
    if part.sql:
        text, payload["sql"] = f"Run on the target database: {text}", part.sql
    kind = Kind.SQL if part.sql else Kind.PERSON
    signature = part.signature if part.text else ""
    return ChildTask(kind, _described(text), payload, signature=signature, is_approved=is_approved)


def _described(text: str) -> str:
    """Fit for a description: PostgreSQL holds no NUL, and nobody reads more."""
    text = text.replace("\x00", "\u2400")
    return text if len(text) <= LONGEST_DESCRIPTION else f"{text[: LONGEST_DESCRIPTION - 1]}…"
