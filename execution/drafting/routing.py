"""Which model drafts: the preferred one, and the next when it fails."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from execution.drafting.answers import Drafted, UnusableAnswer, read_answer
from execution.drafting.budgets import ModelPaused, close_call, open_call, open_calls
from execution.drafting.client import ModelFailed, ask
from execution.drafting.prompts import messages_for
from execution.models import AiModel, ExecutionTask, ModelCall

logger = logging.getLogger(__name__)


class NoModel(Exception):
    """No model can be asked now; the message completes "waits for"."""


class ModelsFailed(Exception):
    """Every model that was asked failed. ``is_answered``: one answered, but nothing usable."""

    def __init__(self, reasons: Iterable[str], *, is_answered: bool) -> None:
        self.is_answered = is_answered
        super().__init__(f"no model gave a draft: {'; '.join(reasons)}")


def draft_task(task: ExecutionTask, source: ExecutionTask) -> tuple[ModelCall, Drafted]:
    """Ask the models that may draft ``source`` in turn, until one answers with a draft. Raises NoModel, ModelsFailed.

    Every call is recorded with its tokens, cost and time, whatever came of it.
    """
    models = _in_turn(AiModel.objects.usable_for(source.kind))
    if not models:
        kind = ExecutionTask.Kind(source.kind).label.lower()
        raise NoModel(f"a model: none that may draft tasks of kind {kind} is active; add one under Models")
    paused: list[str] = []
    failed: list[str] = []
    is_answered = False
    for model in models:
        try:
            return _asked(model, task, source)
        except ModelPaused as pause:
            paused.append(str(pause))
        except (ModelFailed, UnusableAnswer) as failure:
            is_answered = is_answered or isinstance(failure, UnusableAnswer)
            failed.append(f"{model}: {failure}")
    if not failed:
        raise NoModel(f"a model that may be asked: {'; '.join(paused)}")
    raise ModelsFailed([*failed, *paused], is_answered=is_answered)


def _in_turn(models: Iterable[AiModel]) -> list[AiModel]:
    """The preferred first; among equals the one with the fewest calls under way."""
    return sorted(models, key=lambda model: (-model.priority, open_calls(model), model.pk))


def _asked(model: AiModel, task: ExecutionTask, source: ExecutionTask) -> tuple[ModelCall, Drafted]:
    messages = messages_for(source)
    call = open_call(model, task, sum(len(message["content"].encode()) for message in messages))
    try:
        answer = ask(call.model, messages)
    except ModelFailed as failure:
        close_call(call, ModelCall.Outcome.FAILED, error=str(failure), keep=failure.may_cost)
        raise
    tokens = (answer.prompt_tokens, answer.answer_tokens)
    try:
        drafted = read_answer(answer.text, source)
    except UnusableAnswer as refusal:
        close_call(call, ModelCall.Outcome.UNUSABLE, tokens=tokens, error=str(refusal))
        raise
    close_call(call, ModelCall.Outcome.ANSWERED, tokens=tokens, keep=tokens == (0, 0))
    return call, drafted
