"""What a webhook delivery must be before a row is written: Stripe's, of now, for us, and fit to be kept."""

from __future__ import annotations

import hashlib
import json
import re
import time
from typing import Any

from django.conf import settings

from billing.stripe_gateway import TOLERANCE_SECONDS, Json, has_signature

_SIGNATURE = re.compile(r"t=(?P<at>[0-9]{1,12})(?:,[a-z0-9]{1,8}=[!-+\--~]{0,200}){1,16}")  # ASCII, and not endless


class WebhookRefused(Exception):
    """A delivery that is not Stripe's, not for us, or too old."""


def verify_webhook(body: bytes, signature: str) -> Json:
    """The event in a delivery. Raises WebhookRefused unless one of our secrets signed it within five minutes.

    Stripe's own check lets times in the future pass; we do not. Refused as well are an event of the other mode or of
    another account, and what the database could not hold.
    """
    _require_signed(body, signature)
    try:
        event = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise WebhookRefused("the body is not JSON") from error
    if not _is_event(event):
        raise WebhookRefused("the body is not an event")
    if event["livemode"] is not settings.STRIPE_LIVE_MODE:
        raise WebhookRefused("the event is of the other mode")
    if event.get("account"):
        raise WebhookRefused("the event is of another account")
    return dict(event)


def delivery_digest(body: bytes, signature: str) -> str:
    """What tells one delivery from another: the time it was signed at, and its body. For a verified signature.

    Not the header itself: a replayed one may carry more than the one that was sent.
    """
    return hashlib.sha256(f"{_signed_at(signature)}.".encode() + body).hexdigest()


def _require_signed(body: bytes, signature: str) -> None:
    if not _SIGNATURE.fullmatch(signature):
        raise WebhookRefused("the signature is malformed" if signature else "there is no signature")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise WebhookRefused("the body is not UTF-8") from error
    if not has_signature(text, signature):
        raise WebhookRefused("the signature does not match")
    if _signed_at(signature) > time.time() + TOLERANCE_SECONDS:
        raise WebhookRefused("the signature is from the future")


def _signed_at(signature: str) -> int:
    match = _SIGNATURE.fullmatch(signature)
    return int(match["at"]) if match else 0


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _is_event(event: Any) -> bool:
    return (
        isinstance(event, dict)
        and event.get("object") == "event"
        and all(_is_name(event.get(name)) for name in ("id", "type"))
        and isinstance(event.get("livemode"), bool)
        and isinstance(event.get("data"), dict)
        and isinstance(event["data"].get("object"), dict)
    )


def _is_name(text: Any) -> bool:
    return isinstance(text, str) and 0 < len(text) <= 100 and text.isascii() and text.isprintable()
