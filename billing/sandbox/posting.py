"""One POST of an event to an endpoint."""

from __future__ import annotations

import http.client
import json
import time
from urllib.parse import urlsplit

from billing.sandbox.errors import SandboxRefused
from billing.sandbox.shapes import Json
from billing.sandbox.signatures import sign

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_KEPT_BODY = 500


def require_loopback(url: str) -> None:
    """Raise SandboxRefused unless `url` is http on this machine: nothing the sandbox says may leave it."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        raise SandboxRefused(f"the sandbox sends webhooks to http on this machine only, not to {url}")


def post_event(url: str, secret: str, event: Json, timeout_seconds: float) -> Json:
    """Send a signed event and return the attempt, be it in vain: `{at, ok, status, error, body, milliseconds}`."""
    payload = json.dumps(event, indent=2).encode()
    began = time.time()
    attempt: Json = {"at": began, "ok": False, "status": None, "error": None, "body": ""}
    try:
        status, body = _post(url, payload, sign(payload, secret, int(began)), timeout_seconds)
        attempt |= {"ok": 200 <= status < 300, "status": status, "body": body}
    except (OSError, http.client.HTTPException) as error:
        attempt["error"] = f"{type(error).__name__}: {error}"[:_KEPT_BODY]
    attempt["milliseconds"] = round((time.time() - began) * 1000, 1)
    return attempt


def _post(url: str, payload: bytes, signature: str, timeout_seconds: float) -> tuple[int, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout_seconds)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signature,
    }
    try:
        connection.request("POST", parts._replace(scheme="", netloc="").geturl() or "/", payload, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(_KEPT_BODY).decode("utf-8", "replace")
    finally:
        connection.close()
