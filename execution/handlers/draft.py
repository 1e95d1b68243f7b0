"""A draft by a model."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from execution.drafting import Drafted, ModelsFailed, NoModel, draft_task
from execution.handlers.handler import Execution, Handler, PermanentFailure, TransientFailure, register
from execution.models import Draft, ExecutionTask, ModelCall, TaskPhase
from execution.services.phases import enter_phase
from proposals.models import Proposal, User
from proposals.reports import Form, Report, ReportError, render_json
from proposals.services import service_account, submit_report


@register
class DraftHandler(Handler):
    """Asks a model for a draft of the task above it, and submits what comes as a new proposal, through the gate.

    Payload and artifact: none; whoever does not want the draft rejects it. Result: ``proposal`` (the report's id),
    ``model``, ``tokens`` (in, out), ``cost`` in dollars as text.
    The `Draft` row, written with the proposal, makes a second execution a no-op. Nothing of a draft is run here.
    """

    kind = ExecutionTask.Kind.DRAFT

    def execute(self, task: ExecutionTask) -> Execution:
        """Raises PermanentFailure when no answer is usable, TransientFailure when no model answers."""
        draft = Draft.objects.filter(task=task).select_related("proposal", "call__model").first()
        if draft is not None:
            return _execution(draft)
        if task.parent is None:
            raise PermanentFailure("this task drafts nothing, it belongs to no other; cancel it")
        enter_phase(TaskPhase.Name.ASK)
        try:
            call, drafted = draft_task(task, task.parent)
        except NoModel as missing:
            return Execution(result={}, waits_for=str(missing))
        except ModelsFailed as failure:
            raise (PermanentFailure if failure.is_answered else TransientFailure)(str(failure)) from failure
        enter_phase(TaskPhase.Name.SUBMIT)
        return _execution(_submitted(task, task.parent, call, drafted))


@transaction.atomic
def _submitted(task: ExecutionTask, source: ExecutionTask, call: ModelCall, drafted: Drafted) -> Draft:
    """Of two late deliveries the second finds the first one's draft: both lock the task."""
    ExecutionTask.objects.select_for_update().get(pk=task.pk)
    found = Draft.objects.filter(task=task).first()
    if found is not None:
        return found
    try:
        submission = submit_report(
            received=render_json(_report(task, drafted)).encode(),
            submitted_by=service_account(call.model.name, User.Kind.MODEL),
            source=Proposal.Source.PRODUCER,
            form=Form.JSON,
        )
    except (ReportError, ValueError) as error:
        raise PermanentFailure(f"the draft of {call.model} could not be submitted: {error}") from error
    return Draft.objects.create(task=task, source=source, proposal=submission.proposal, call=call)


def _report(task: ExecutionTask, drafted: Drafted) -> Report:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Report(
        id=f"draft_{task.public_id}",
        timestamp=now,
        severity=0,  # a model's own word would not be believed
        block_execution=False,
        proposal=drafted.proposal,
        risks=drafted.risks,
        mitigations=drafted.mitigations,
    )


def _execution(draft: Draft) -> Execution:
    call = draft.call
    return Execution(
        result={
            "proposal": draft.proposal.report_id,
            "model": call.model.name,
            "tokens": [call.prompt_tokens, call.answer_tokens],
            "cost": f"{call.cost:.6f}",
        }
    )
