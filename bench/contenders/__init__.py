"""Who takes part, one file each."""

from __future__ import annotations

from importlib import import_module

from bench.contenders.contender import Contender

NAMES = ("raw", "ours", "stock", "procrastinate", "celery")


def contender(name: str) -> Contender:
    """The contender of that name. Its libraries are imported when it needs them."""
    found: Contender = import_module(f"bench.contenders.{name}_queue").CONTENDER
    return found
