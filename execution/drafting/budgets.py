"""How much a model may be asked: calls at once and dollars per day, exact over all workers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from execution.drafting.client import RETRIES
from execution.models import AiModel, ExecutionTask, ModelCall

_SLACK = timedelta(seconds=60)
_USUAL_PROMPT = 4096


class ModelPaused(Exception):
    """The model may not be asked just now; the message says why."""


@transaction.atomic
def open_call(model: AiModel, task: ExecutionTask, prompt_bytes: int) -> ModelCall:
    """Reserve a call and the most it can cost. Raises ModelPaused when busy or when the day's budget does not cover it.

    Locks the model's row. A token is at least a byte, so the prompt's bytes bound its tokens.
    """
    locked = AiModel.objects.select_for_update().get(pk=model.pk)
    _ensure_room(locked, prompt_bytes)
    patience = timedelta(seconds=locked.timeout_seconds) * (RETRIES + 1) + _SLACK
    most = _most(locked, prompt_bytes)
    return ModelCall.objects.create(model=locked, task=task, cost=most, open_until=timezone.now() + patience)


def close_call(
    call: ModelCall,
    outcome: ModelCall.Outcome,
    *,
    tokens: tuple[int, int] = (0, 0),
    error: str = "",
    keep: bool = False,
) -> None:
    """Record how a call ended and what it cost. ``keep``: it may have been charged, so the reservation stays."""
    call.outcome, call.error = outcome, error
    call.prompt_tokens, call.answer_tokens = tokens
    call.cost = call.cost if keep else call.model.cost(*tokens)
    call.duration_ms = int((timezone.now() - call.started_at).total_seconds() * 1000)
    call.save(update_fields=["outcome", "error", "prompt_tokens", "answer_tokens", "cost", "duration_ms"])


def is_free(model: AiModel) -> bool:
    """Whether a usual call could be made now. Takes no lock, so it is a guess."""
    try:
        _ensure_room(model, _USUAL_PROMPT)
    except ModelPaused:
        return False
    return True


def open_calls(model: AiModel) -> int:
    """How many calls of the model are under way."""
    return model.calls.filter(outcome=ModelCall.Outcome.OPEN, open_until__gt=timezone.now()).count()


def _ensure_room(model: AiModel, prompt_bytes: int) -> None:
    if open_calls(model) >= model.max_running:
        raise ModelPaused(f"{model} is busy")
    if model.daily_budget is None:
        return
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    spent = model.spent_since(midnight)
    if spent + _most(model, prompt_bytes) > model.daily_budget:
        raise ModelPaused(
            f"what is left of today's ${model.daily_budget} for {model} does not cover a call (${spent:.4f} is spent)"
        )


def _most(model: AiModel, prompt_bytes: int) -> Decimal:
    return model.cost(prompt_bytes, model.max_answer_tokens) * (RETRIES + 1)
