"""Webhook endpoints."""

from __future__ import annotations

from billing.sandbox.shapes import Json


def build_webhook_endpoint(
    *, key: str, created: int, url: str, enabled_events: list[str], description: str | None = None,
    api_version: str | None = None, metadata: Json | None = None,
) -> Json:  # fmt: skip
    """An enabled endpoint, without its secret."""
    return {
        "id": key,
        "object": "webhook_endpoint",
        "api_version": api_version,
        "application": None,
        "created": created,
        "description": description,
        "enabled_events": enabled_events,
        "livemode": False,
        "metadata": metadata or {},
        "status": "enabled",
        "url": url,
    }
