"""The types that everything in the sandbox speaks of."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""One JSON object: a Stripe object, an event, a note or a body."""

API_VERSION = "2026-08-26.dahlia"
"""The version that stripe-python 15.6 pins. Later releases named dahlia only add to it."""
