"""What the page of a task shows."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from execution.admin.bars import bar_of
from execution.admin.columns import lease_ran_out, phase_of, ran_for
from execution.admin.difference import task_difference
from execution.admin.interventions import choices_for
from execution.admin.live import seconds_between, version_of
from execution.admin.rehearsals import rehearsal_of_task
from execution.models import Draft, ExecutionTask, ModelCall, RollbackArtifact
from execution.services.outcome import FOR_PEOPLE
from execution.states import TaskStatus
from execution.timeline import attempts_of
from proposals.display import mark_hidden, reveal
from proposals.models import Decision, User

_ROWS_SHOWN = 200
_CHARACTERS_SHOWN = 50_000
_RESULTS_APART = ("conflict", "check")
_PAYLOAD_APART = ("sql",)


def task_context(task: ExecutionTask, user: User) -> dict[str, Any]:
    """All of it, for a task with ``phase``; the same number of queries however much happened to it."""
    artifact = RollbackArtifact.objects.filter(task=task).first()
    children = list(task.children.defer("payload", "result").order_by("id"))
    choices = choices_for(task, user, has_way_back=artifact is not None and not artifact.let_go_at)
    may_assign = task.status == TaskStatus.WAITING and task.kind in FOR_PEOPLE
    return {
        "title": reveal(task.description)[:80],
        "task": task,
        "phase": phase_of(task),
        "ran_for": ran_for(task),
        "lease_ran_out": lease_ran_out(task),
        "version": version_of(task),
        "seconds": seconds_between(task, children),
        "choices": choices,
        "refusals": list(dict.fromkeys(choice.why_not for choice in choices if choice.why_not)),
        "may_assign": may_assign,
        "people": _people() if may_assign else [],
        "artifact": artifact,
        "waits_on": list(task.depends_on.exclude(status=TaskStatus.SUCCEEDED).order_by("id")),
        "children": children,
        "rollbacks": list(task.rollbacks.select_related("by").order_by("-id")[:_ROWS_SHOWN]),
        **_release(task),
        **_history(task),
        **_evidence(task, artifact),
    }


def _release(task: ExecutionTask) -> dict[str, Any]:
    """Who let it go ahead: the people who approved the content, or the policy."""
    approvals = Decision.objects.filter(proposal=task.proposal_id, kind=Decision.Kind.APPROVE)
    judged = task.proposal.assessment
    return {
        "approvals": list(approvals.select_related("by").order_by("id")) if task.approved_by_id else [],
        "policy": judged.policy if judged else None,
    }


def _history(task: ExecutionTask) -> dict[str, Any]:
    """The newest events first; the attempts that they tell of in order, each as a bar."""
    events = list(task.events.select_related("actor").order_by("-id")[:_ROWS_SHOWN])
    phases = list(task.phases.order_by("-id")[:_ROWS_SHOWN])
    now = timezone.now()
    return {"events": events, "bars": [bar_of(each, now) for each in attempts_of(reversed(events), reversed(phases))]}


def _evidence(task: ExecutionTask, artifact: RollbackArtifact | None) -> dict[str, Any]:
    """What it would do or did, what proved it, what it said."""
    is_draft = task.kind == ExecutionTask.Kind.DRAFT
    return {
        "sql": _sql_of(task),
        "difference": task_difference(task, artifact),
        "rehearsal": {"certificates": rehearsal_of_task(task)},
        "conflict": task.result.get("conflict"),
        "check": task.result.get("check"),
        "calls": list(ModelCall.objects.filter(task=task).select_related("model").order_by("id")) if is_draft else [],
        "draft": Draft.objects.filter(task=task).select_related("proposal").first() if is_draft else None,
        "texts": _texts(task, artifact),
    }


def _people() -> list[str]:
    """Whom a task can be given to: the first hundred by name."""
    people = User.objects.filter(kind=User.Kind.PERSON, is_active=True).order_by("username")
    return list(people.values_list("username", flat=True)[:100])


def _sql_of(task: ExecutionTask) -> str:
    if task.kind != ExecutionTask.Kind.SQL:
        return ""
    frame = task.proposal.frame
    return mark_hidden(_cut(str(task.payload.get("sql") or (frame.content if frame else ""))))


def _texts(task: ExecutionTask, artifact: RollbackArtifact | None) -> list[tuple[str, str]]:
    """The JSON of a task as titled, escaped texts."""
    result = {name: value for name, value in task.result.items() if name not in _RESULTS_APART}
    payload = {name: value for name, value in task.payload.items() if name not in _PAYLOAD_APART}
    given = [("Result", result), ("Way back", artifact.data if artifact else None), ("Payload", payload)]
    return [
        (title, mark_hidden(_cut(json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True))))
        for title, data in given
        if data
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _CHARACTERS_SHOWN else f"{text[:_CHARACTERS_SHOWN]}\n… cut here …"
