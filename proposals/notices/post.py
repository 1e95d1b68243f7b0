"""One signed POST, as Standard Webhooks has it, to an address that is not ours.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import httpcore2
from django.conf import settings

from proposals.models import NoticeEndpoint
from proposals.models.notice import secret_bytes

TIMEOUT_SECONDS = 10.0
_EXTENSIONS = {"timeout": {"connect": 5.0, "read": TIMEOUT_SECONDS, "write": TIMEOUT_SECONDS, "pool": 5.0}}


class PostFailed(Exception):
    """The receiver did not take it; the message says why, without what it answered."""


class _OutsideOnly(httpcore2.NetworkBackend):
    """Connects to public addresses only: to the one that was checked, whatever DNS says next."""

    def __init__(self) -> None:
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(  # type: ignore[override]  # its options are handed on as they come
        self, host: str, port: int, timeout: float | None = None, **options: Any
    ) -> Any:
        """To the first public address of the host. Raises PostFailed."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise PostFailed("its host has no address") from error
        for *_, (address, *_rest) in found:
            if is_outside(str(address)) or settings.NOTICES_TO_PRIVATE_ADDRESSES:
                return self._inner.connect_tcp(str(address), port, timeout, **options)
        raise PostFailed("its host is not a public address")

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


def is_outside(address: str) -> bool:
    """Whether an IP address is one of the public internet."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_global and not parsed.is_multicast


def signatures(keys: Iterable[Any], message_id: str, timestamp: int, body: bytes) -> str:
    """The value of ``webhook-signature``: one for each key, so that a receiver may change its secret in peace."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    made = [base64.b64encode(hmac.digest(secret_bytes(key), signed, "sha256")).decode() for key in keys if key]
    return " ".join(f"v1,{each}" for each in made)


def post(endpoint: NoticeEndpoint, message_id: str, timestamp: int, body: bytes) -> None:
    """Send it; any 2xx is taken. No redirect is followed. Raises PostFailed."""
    headers: dict[bytes | str, bytes | str] = {
        "content-type": "application/json",
        "user-agent": "fsarsite",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures([endpoint.key, endpoint.previous_key], message_id, timestamp, body),
    }
    try:
        with (
            httpcore2.ConnectionPool(network_backend=_OutsideOnly()) as pool,
            pool.stream("POST", endpoint.url, headers=headers, content=body, extensions=_EXTENSIONS) as answer,
        ):
            status = answer.status  # its body is never read
    except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError, ValueError, OSError) as error:
        raise PostFailed(f"no answer: {type(error).__name__}") from error
    if not 200 <= status < 300:
        raise PostFailed(f"it answered {status}")
