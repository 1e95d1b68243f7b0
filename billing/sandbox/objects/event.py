"""Events."""

from __future__ import annotations

from billing.sandbox.shapes import API_VERSION, Json


def build_event(*, key: str, created: int, name: str, thing: Json, before: Json | None, request: Json) -> Json:
    """An event about an object as it is; `before` holds the earlier values of an update."""
    return {
        "id": key,
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": {"object": thing} | ({"previous_attributes": before} if before is not None else {}),
        "livemode": False,
        "pending_webhooks": 0,
        "request": request,
        "type": name,
    }
