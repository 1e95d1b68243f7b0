"""What the OpenAPI document says of each operation: words, examples, problems."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from execution.api.serializers import (
    AssignSerializer,
    ControlSerializer,
    RollBackSerializer,
    TaskDetailSerializer,
    TaskEventSerializer,
    TaskSerializer,
)
from proposals.api import problems
from proposals.api.problems import problem_responses
from proposals.api.requests import NoteSerializer
from proposals.api.schema import JSON, answer_example, request_example

_TAGS = ["tasks"]
_HOST = "https://fsarsite.example/api/v1/"
_ID = "6f1c1a52-7a3e-4a55-9c3e-0d4f5b0e8c11"

ROW: dict[str, Any] = {
    "id": _ID,
    "url": f"{_HOST}tasks/{_ID}/",
    "proposal": "fsar_0001",
    "proposal_url": f"{_HOST}proposals/fsar_0001/",
    "parent": None,
    "type": "idea_implementation",
    "kind": "sql",
    "description": "Run shop/seeds.sql",
    "ai_model": "",
    "priority": 0,
    "status": "succeeded",
    "approved_by": "operator",
    "attempts": 1,
    "max_attempts": 3,
    "queued_at": "2026-03-01T08:00:01.200000Z",
    "started_at": "2026-03-01T08:00:01.300000Z",
    "finished_at": "2026-03-01T08:00:02.100000Z",
    "error": "",
}
EVENT: dict[str, Any] = {
    "id": 1,
    "name": "queued",
    "before": "",
    "after": "queued",
    "attempt": 0,
    "actor_kind": "person",
    "actor": "operator",
    "note": "",
    "created_at": "2026-03-01T08:00:01.200000Z",
}
ATTEMPT: dict[str, Any] = {
    "number": 1,
    "queued_at": "2026-03-01T08:00:01.200000Z",
    "started_at": "2026-03-01T08:00:01.300000Z",
    "ended_at": "2026-03-01T08:00:02.100000Z",
    "outcome": "succeeded",
    "worker": "shop-1",
    "said": "",
    "phases": [
        {
            "name": "apply",
            "started_at": "2026-03-01T08:00:01.310000Z",
            "ended_at": "2026-03-01T08:00:01.350000Z",
            "milliseconds": 40,
        }
    ],
}
DETAIL: dict[str, Any] = ROW | {
    "assignee": None,
    "due_on": None,
    "same_as": None,
    "result": {},
    "has_way_back": True,
    "timeline": [ATTEMPT],
    "events": [EVENT],
    "rollbacks": [],
}
SWITCH: dict[str, Any] = {
    "is_halted": False,
    "reason": "",
    "changed_by": None,
    "changed_at": "2026-03-01T08:00:00Z",
}

_NOW = {(200, JSON): OpenApiResponse(TaskDetailSerializer, description="The task as it stands now.")}
_ACT = _NOW | problem_responses(
    problems.MALFORMED,
    problems.REQUEST_INVALID,
    problems.NOT_FOUND,
    problems.INVALID_STATE,
    problems.LENGTH_REQUIRED,
    problems.TOO_LARGE,
    problems.UNSUPPORTED_MEDIA_TYPE,
)


def _operation(name: str, summary: str, description: str, responses: Any, *examples: OpenApiExample) -> dict[str, Any]:
    return {
        "operation_id": name,
        "summary": summary,
        "description": description,
        "tags": _TAGS,
        "responses": responses,
        "examples": list(examples),
    }


LIST = _operation(
    "tasks_list",
    "List tasks",
    "The newest first. Follow `next` until it is null. An unknown parameter is refused.",
    {(200, JSON): TaskSerializer(many=True)} | problem_responses(problems.REQUEST_INVALID),
    answer_example("page", ROW),
)
RETRIEVE = _operation(
    "tasks_retrieve",
    "Read a task",
    "With its result, its history and what was undone.",
    _NOW | problem_responses(problems.NOT_FOUND),
    answer_example("succeeded", DETAIL),
)
EVENTS = _operation(
    "tasks_events",
    "Read its history",
    "The oldest first. To follow it, keep the last `next`.",
    {(200, JSON): TaskEventSerializer(many=True)} | problem_responses(problems.REQUEST_INVALID, problems.NOT_FOUND),
    answer_example("queued", EVENT),
)
ROLL_BACK = _operation(
    "tasks_rollback",
    "Roll back",
    "Undoes what the task did, with what was kept for it. People with `execution.rollback_task` only. A refusal "
    "changes nothing and is recorded too.",
    _ACT | problem_responses(problems.INVALID_STATE, problems.ROLLBACK_REFUSED),
    request_example("rollback", {"reason": "The shop is slower since; the revenue page times out."}),
    answer_example("rolled_back", DETAIL | {"status": "rolled_back"}),
) | {"request": RollBackSerializer}
CANCEL = _operation(
    "tasks_cancel",
    "Cancel",
    "Takes a task that does not run out of the queue for good. People with `execution.run_task` only.",
    _ACT,
    request_example("cancel", {"note": "Superseded."}),
    answer_example("cancelled", DETAIL | {"status": "cancelled", "has_way_back": False}),
) | {"request": NoteSerializer}
RETRY = _operation(
    "tasks_retry",
    "Retry",
    "Queues a failed task again, with new attempts. People with `execution.run_task` only.",
    _ACT,
    request_example("retry", {"note": "The disk has room again."}),
    answer_example("queued", DETAIL | {"status": "queued", "has_way_back": False, "finished_at": None}),
) | {"request": NoteSerializer}
COMPLETE = _operation(
    "tasks_complete",
    "Complete",
    "Says that a task that waited for a person is done. People with `execution.run_task` only.",
    _ACT,
    request_example("complete", {"note": "The supplier was called."}),
    answer_example("succeeded", DETAIL | {"kind": "person", "has_way_back": False}),
) | {"request": NoteSerializer}
RUN = _operation(
    "tasks_run",
    "Run",
    "Queues a task that was approved and waits for a person to run it, where the rule of its band says so. People with "
    "`execution.run_task` only; the rule may ask for another person than who approved it.",
    _ACT,
    request_example("run", {"note": "The shop is closed."}),
    answer_example("queued", DETAIL | {"status": "queued", "has_way_back": False, "finished_at": None}),
) | {"request": NoteSerializer}
ASSIGN = _operation(
    "tasks_assign",
    "Assign",
    "Gives a task that waits for a person to one, with a due date. People with `execution.run_task` only.",
    _ACT,
    request_example("assign", {"assignee": "ada", "due_on": "2026-03-15"}),
    answer_example("waiting", DETAIL | {"kind": "person", "status": "waiting", "has_way_back": False}),
) | {"request": AssignSerializer}
DRAFT = _operation(
    "tasks_draft",
    "Draft with a model",
    "Has a model work out what an idea, or a task for a person, asks for. Answers with the task in which that happens; "
    "its `result.proposal` then names the proposal that the gate judges like any other. People with "
    "`execution.run_task` only.",
    _ACT,
    request_example("draft", {"note": "A first attempt."}),
    answer_example("queued", DETAIL | {"kind": "draft", "status": "queued", "has_way_back": False}),
) | {"request": NoteSerializer}
CONTROL = _operation(
    "execution_retrieve",
    "Read the kill switch",
    "Halted means that no worker claims or starts a task. It is used in the admin only.",
    {(200, JSON): ControlSerializer} | problem_responses(),
    answer_example("running", SWITCH),
)
