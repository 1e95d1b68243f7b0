"""A plan, taken apart."""

from __future__ import annotations

from collections.abc import Iterator

from execution.handlers.handler import ChildTask, Execution, Handler, register
from execution.models import ExecutionTask
from execution.plans import Action, SqlFence, actions_of, sql_fences
from proposals.gate import Rules

Kind = ExecutionTask.Kind
MOST_CHILDREN = 50
LONGEST_DESCRIPTION = 2000


@register
class PlanHandler(Handler):
    """Makes the actions of a plan tasks of their own: SQL that changes something runs, the rest is for a person.

    Payload and artifact: none. Result: ``{"sql": n, "for_people": n, "left_out": n}``.
    """

    kind = Kind.PLAN

    def execute(self, task: ExecutionTask) -> Execution:
        """Find the actions. Changes nothing itself; whoever finishes the task adds the children."""
        report, judged = task.proposal.report, task.proposal.assessment
        rules = judged.policy.rules if judged else Rules()
        fences = sql_fences(report, rules)
        children = [*_sql_tasks(fences, actions := actions_of(report.proposal))]
        children += _tasks_for_people(fences, actions, task.proposal.title)
        kept = children[:MOST_CHILDREN]
        return Execution(
            result={
                "sql": sum(child.kind == Kind.SQL for child in kept),
                "for_people": sum(child.kind == Kind.PERSON for child in kept),
                "left_out": len(children) - len(kept),
            },
            children=tuple(kept),
        )


def _sql_tasks(fences: tuple[SqlFence, ...], actions: tuple[Action, ...]) -> Iterator[ChildTask]:
    for fence in fences:
        if not fence.error:
            around = next((action for action in actions if _holds(action, fence)), None)
            title = around.text if around else "SQL of the plan"
            payload = {"sql": fence.text, "source_lines": [fence.start_line, fence.end_line]}
            yield ChildTask(Kind.SQL, _described(f"Run on the target database: {title}"), payload)


def _tasks_for_people(fences: tuple[SqlFence, ...], actions: tuple[Action, ...], title: str) -> Iterator[ChildTask]:
    """One task per action that no SQL carries out, and per fence that cannot run; one for a plan without either."""
    carried_out = [fence for fence in fences if not fence.error]
    for action in actions:
        if not any(_holds(action, fence) for fence in carried_out):
            text = f"{action.section}: {action.text}" if action.section else action.text
            yield _for_a_person(text, action.start_line, action.end_line)
    for fence in fences:
        if fence.error:
            text = f"SQL that does not parse, so it was not run: {fence.error}. Propose it again, corrected."
            yield _for_a_person(text, fence.start_line, fence.end_line)
    if not actions and not fences:
        yield ChildTask(Kind.PERSON, _described(f"Carry out the plan: {title}"))


def _for_a_person(text: str, start_line: int, end_line: int) -> ChildTask:
    return ChildTask(Kind.PERSON, _described(text), {"source_lines": [start_line, end_line]})


def _described(text: str) -> str:
    """Fit for a description: PostgreSQL holds no NUL, and nobody reads more."""
    text = text.replace("\x00", "\u2400")
    return text if len(text) <= LONGEST_DESCRIPTION else f"{text[: LONGEST_DESCRIPTION - 1]}…"


def _holds(action: Action, fence: SqlFence) -> bool:
    return action.start_line <= fence.start_line and fence.end_line <= action.end_line
