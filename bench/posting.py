"""One delivery, as Stripe makes it: signed, on a connection of its own."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from billing.sandbox.signatures import sign

TIMEOUT_SECONDS = 20.0  # Stripe's own patience


def post_signed(url: str, event: Mapping[str, Any], *, at: int) -> tuple[int, float]:
    """The status, 0 for no answer, and the seconds until it came. `at` is when it claims to be signed."""
    body = json.dumps(event).encode()
    signature = sign(body, settings.STRIPE.webhook_secrets[0], at)
    headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
    parts = urlsplit(url)
    began = time.monotonic()
    connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("POST", parts.path, body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        status = 0
    finally:
        connection.close()
    return status, time.monotonic() - began
