"""Untrusted text, made fit for PostgreSQL."""

from __future__ import annotations

from typing import Any


def storable(text: str) -> str:
    """The text with NUL shown as ``␀``: PostgreSQL refuses it in text and JSONB."""
    return text.replace("\x00", "\u2400")


def storable_json(value: Any) -> Any:
    """JSON types with every text in them made fit."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [storable_json(each) for each in value]
    if isinstance(value, dict):
        return {name: storable_json(each) for name, each in value.items()}
    return value
