"""Trouble on request: the next calls fail, all of them are slow, or nothing answers."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from billing.sandbox.shapes import Json

DROP = 0
"""As a status: the connection is closed without an answer."""


@dataclass(slots=True)
class Fault:
    """The next `times` API calls that fit fail with `status`.

    `is_after` does the call first and loses only its answer, which is what idempotency keys are for.
    `path` is the start of the path, such as ``/v1/refunds``; empty text fits every path, `method` likewise.
    """

    times: int
    status: int
    method: str = ""
    path: str = ""
    is_after: bool = False

    def fits(self, method: str, path: str) -> bool:
        """Whether a call is one that this fault waits for."""
        return self.method in {"", method} and path.startswith(self.path)


class Faults:
    """The faults that wait for calls. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []
        self.latency = 0.0
        self.is_out = False

    def add(self, fault: Fault) -> None:
        """Let calls fail from now on."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """No faults, no latency, no outage."""
        with self._lock:
            self._waiting.clear()
        self.latency, self.is_out = 0.0, False

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that this call meets, used up by one."""
        with self._lock:
            if self.is_out:
                return Fault(1, DROP)
            found = next((fault for fault in self._waiting if fault.fits(method, path)), None)
            if found is not None:
                found.times -= 1
                self._waiting = [fault for fault in self._waiting if fault.times > 0]
            return found


def fault_body(status: int) -> Json:
    """What Stripe says with such a status."""
    if status == 429:
        return {"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests."}}
    return {"error": {"type": "api_error", "message": f"The sandbox was told to answer {status}."}}
