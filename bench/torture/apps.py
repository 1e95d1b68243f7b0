"""Handlers that fail while a file says so, in every process of the shop."""

from __future__ import annotations

import os
import random
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

from django.apps import AppConfig

SWITCH = Path(os.environ.get("FSARSITE_DATA", ".")) / "failing"
"""Holds how many of a hundred fail, before or after they did their work; without it none does."""


class HandlerBroken(Exception):
    """A handler failed because it was told to."""


class TortureConfig(AppConfig):
    """Wraps what processes a delivery, and divides its pauses by sixty."""

    name = "bench.torture"

    def ready(self) -> None:
        """Take hold of the product's own functions."""
        from djstripe.signals import WEBHOOK_SIGNALS

        from billing.services import deliveries

        deliveries.LOST_AFTER = timedelta(seconds=10)
        deliveries.FIRST_PAUSE = timedelta(seconds=0.5)
        deliveries.refresh_order = _failing(deliveries.refresh_order)
        for each in WEBHOOK_SIGNALS.values():
            each.connect(_fail_in_the_mirror, weak=False)


def _fail_in_the_mirror(**_: Any) -> None:
    """A receiver beside dj-stripe's own, which has written by now."""
    _fail_perhaps("in the mirror", 3)


def _failing(real: Any) -> Any:
    @wraps(real)
    def wrapped(*arguments: Any, **named: Any) -> Any:
        _fail_perhaps("before the order", 3)
        done = real(*arguments, **named)
        _fail_perhaps("after the order", 3)
        return done

    return wrapped


def _fail_perhaps(where: str, places: int) -> None:
    try:
        percent = float(SWITCH.read_text())
    except (OSError, ValueError):
        return
    if random.uniform(0, 100) < percent / places:
        raise HandlerBroken(where)
