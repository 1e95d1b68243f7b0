"""Form bodies with Stripe's brackets, as nested objects and lists: ``line_items[0][price_data][currency]=eur``."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from billing.sandbox.errors import StripeError
from billing.sandbox.shapes import Json

_KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_STEP = re.compile(r"\[([^\[\]]*)\]")
MOST_FIELDS = 2000
DEEPEST = 8


def parse_form(text: str) -> Json:
    """Nested parameters: objects whose keys all are numbers become lists, ``[]`` appends. Values stay text.

    Raises StripeError for a malformed key, for more than 2,000 fields and for more than 8 levels.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise StripeError(f"Invalid request body: {error}") from error
    tree: Json = {}
    for name, value in pairs:
        _insert(tree, _steps(name), value, name)
    return {name: _listed(value) for name, value in tree.items()}


def _steps(name: str) -> list[str]:
    match = _KEY.match(name)
    steps = [match[1], *_STEP.findall(match[2])] if match else []
    if not steps or len(steps) > DEEPEST:
        raise StripeError(f"Invalid parameter name: {name[:200]}", param=name[:200])
    return steps


def _insert(tree: Json, steps: list[str], value: str, name: str) -> None:
    *way, last = steps
    here = tree
    for step in way:
        here = here.setdefault(step or str(len(here)), {})
        if not isinstance(here, dict):
            raise StripeError(f"Invalid {name}: given both as a value and as an object", param=name)
    last = last or str(len(here))
    if isinstance(here.get(last), dict):
        raise StripeError(f"Invalid {name}: given both as a value and as an object", param=name)
    here[last] = value


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(re.fullmatch(r"[0-9]{1,9}", key) for key in value):
        return [_listed(value[key]) for key in sorted(value, key=int)]
    return {key: _listed(below) for key, below in value.items()}
