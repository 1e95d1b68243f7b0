"""Untrusted text, made fit for PostgreSQL."""

from __future__ import annotations


def storable(text: str) -> str:
    """The text with NUL shown as ``␀``: PostgreSQL refuses it in text and JSONB."""
    return text.replace("\x00", "\u2400")
