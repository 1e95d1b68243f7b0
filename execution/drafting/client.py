"""One call of a model, through the openai client: Ollama, vLLM, llama.cpp and hosted APIs all speak it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from execution.models import AiModel

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionMessageParam

RETRIES = 1
_NO_KEY = "none"  # the client insists on one


class ModelFailed(Exception):
    """The model did not answer. ``may_cost``: the call may have reached it, and been charged."""

    def __init__(self, reason: str, *, may_cost: bool) -> None:
        self.may_cost = may_cost
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said and how many tokens that took."""

    text: str
    prompt_tokens: int
    answer_tokens: int


def ask(model: AiModel, messages: list[dict[str, str]]) -> Answer:
    """Call the model once, and once more when its server stumbles. Raises ModelFailed; what the server says of
    itself is left out of the message, since some repeat the key.
    """
    import openai  # noqa: PLC0415 - takes a second, which every command would wait for

    try:
        with _client(model) as client:
            completion = client.chat.completions.create(
                model=model.remote_name,
                messages=cast("list[ChatCompletionMessageParam]", messages),
                max_tokens=model.max_answer_tokens,
                stream=False,
            )
    except openai.APITimeoutError as error:
        raise ModelFailed(f"no answer within {model.timeout_seconds} s", may_cost=True) from error
    except openai.APIStatusError as error:
        raise ModelFailed(f"its endpoint answered HTTP {error.status_code}", may_cost=False) from None
    except openai.APIConnectionError as error:
        raise ModelFailed("its endpoint cannot be reached", may_cost=False) from error
    except (openai.OpenAIError, ValueError) as error:
        raise ModelFailed(f"its endpoint does not speak the API: {type(error).__name__}", may_cost=True) from error
    return _answer(completion)


def _client(model: AiModel) -> openai.OpenAI:
    key = os.environ.get(model.key_variable, "") if model.key_variable else _NO_KEY
    if not key:
        raise ModelFailed(f"its key variable {model.key_variable} is not set on this worker", may_cost=False)
    import openai  # noqa: PLC0415 - see above

    return openai.OpenAI(
        base_url=model.endpoint,
        api_key=key,
        timeout=float(model.timeout_seconds),
        max_retries=RETRIES,
        http_client=openai.DefaultHttpxClient(follow_redirects=False),  # a key goes to its endpoint alone
    )


def _answer(completion: object) -> Answer:
    """Read with care: a server that is not quite compatible leaves out what the types promise."""
    choices = getattr(completion, "choices", None)
    text = getattr(getattr(choices[0], "message", None), "content", None) if choices else None
    usage = getattr(completion, "usage", None)
    return Answer(
        text if isinstance(text, str) else "",
        _count(getattr(usage, "prompt_tokens", 0)),
        _count(getattr(usage, "completion_tokens", 0)),
    )


def _count(given: object) -> int:
    return min(max(given, 0), 2**31 - 1) if isinstance(given, int) else 0
