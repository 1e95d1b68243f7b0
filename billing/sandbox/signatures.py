"""Stripe's webhook signature: HMAC-SHA-256 over the time, a dot and the body (docs.stripe.com/webhooks)."""

from __future__ import annotations

import hashlib
import hmac


def sign(payload: bytes, secret: str, timestamp: int) -> str:
    """The `Stripe-Signature` header for a body, as of `timestamp` in seconds since 1970."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"
