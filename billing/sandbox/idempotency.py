"""Idempotency keys: the same call twice is one call with one answer."""

from __future__ import annotations

import hashlib
import json

from billing.sandbox.errors import StripeError
from billing.sandbox.shapes import Json
from billing.sandbox.store import Store

KEPT_SECONDS = 24 * 3600
_LONGEST_KEY = 255


def recall(store: Store, key: str, method: str, path: str, params: Json) -> Json | None:
    """The answer `{status, body}` this key was first given, or None. Hold the store's lock until `remember`.

    Raises StripeError `idempotency_error` when the key belongs to another call.
    """
    if len(key) > _LONGEST_KEY:
        raise StripeError("Idempotency keys may be at most 255 characters long.", kind="idempotency_error")
    kept = store.answers.get(key)
    if kept is None or kept["created"] + KEPT_SECONDS < store.now():
        return None
    if kept["call"] != _fingerprint(method, path, params):
        raise StripeError(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request.",
            kind="idempotency_error",
        )
    return kept


def remember(store: Store, key: str, method: str, path: str, params: Json, *, status: int, body: Json) -> None:
    """Keep an answer for 24 hours of the sandbox's clock."""
    lapsed = [each for each, kept in store.answers.items() if kept["created"] + KEPT_SECONDS < store.now()]
    for each in lapsed:
        del store.answers[each]
    store.answers[key] = {
        "call": _fingerprint(method, path, params),
        "created": store.now(),
        "request": store.request["id"],
        "status": status,
        "body": body,
    }
    store.changed.set()


def _fingerprint(method: str, path: str, params: Json) -> str:
    return hashlib.sha256(json.dumps([method, path, params], sort_keys=True).encode()).hexdigest()
