"""Which event goes to which endpoint, and when: deliveries, their retries, and what tests do to them."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from billing.sandbox.posting import post_event
from billing.sandbox.shapes import Json
from billing.sandbox.store import Store

RETRY_SECONDS = (1.0, 3.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
TIMEOUT_SECONDS = 20.0
_STOP_SECONDS = 2.0
PENDING, HELD, DELIVERED, FAILED = "pending", "held", "delivered", "failed"


@dataclass(slots=True)
class Manners:
    """How deliveries are made from now on; tests change it. Delay in seconds."""

    is_holding: bool = False
    copies: int = 1
    delay: float = 0.0
    retry_seconds: Sequence[float] = RETRY_SECONDS


@dataclass(order=True, slots=True)
class _Job:
    due: float
    number: int
    deliveries: list[str] = field(compare=False)  # made one after the other


class Webhooks:
    """Sends every event to every endpoint that wants it, from threads of its own, until a 2xx or the last retry.

    Deliveries are kept in the store, so a restart goes on with them. With `workers` above 1 they overlap, and
    Stripe promises no order either; a batch given to `release` is made one after the other.
    """

    def __init__(self, store: Store, workers: int = 4) -> None:
        self.manners = Manners()
        self._store = store
        self._jobs: list[_Job] = []
        self._numbers = itertools.count()
        self._wake = threading.Condition()
        self._is_stopping = False
        self._threads = [
            threading.Thread(target=self._run, name=f"sandbox-webhooks-{number}", daemon=True)
            for number in range(workers)
        ]

    def start(self) -> None:
        """Go on with what is pending, and with every event from now on."""
        self._store.on_event = self._deliver
        self._store.on_reset = self._forget
        with self._store.lock:
            for delivery in self._store.deliveries.values():
                if delivery["state"] == PENDING:
                    self._schedule([delivery["id"]], 0)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the posts that are under way; one that hangs is left behind and made again at the next start."""
        with self._wake:
            self._is_stopping = True
            self._wake.notify_all()
        deadline = time.monotonic() + _STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def release(self, deliveries: Sequence[str], *, is_ordered: bool) -> None:
        """Send held or any other deliveries now: in the order given, or each for itself."""
        with self._store.lock:
            for key in deliveries:
                self._store.deliveries[key]["state"] = PENDING
            self._store.changed.set()
        for batch in [list(deliveries)] if is_ordered else [[key] for key in deliveries]:
            self._schedule(batch, 0)

    def send(self, event: Json) -> list[str]:
        """Make new deliveries of an event, held when everything is; returns their ids."""
        made = []
        for endpoint in self._store.tables.get("webhook_endpoint", {}).values():
            wanted = endpoint["enabled_events"]
            if endpoint["status"] == "enabled" and ("*" in wanted or event["type"] in wanted):
                made.append(self._add(event, endpoint))
        if not self.manners.is_holding:
            for key in made:
                self._schedule([key], self.manners.delay)
        return made

    def _deliver(self, event: Json) -> None:
        made = [key for _ in range(self.manners.copies) for key in self.send(event)]
        event["pending_webhooks"] = len({self._store.deliveries[key]["endpoint"] for key in made})

    def _add(self, event: Json, endpoint: Json) -> str:
        key = self._store.new_id("whd")
        self._store.deliveries[key] = {
            "id": key,
            "event": event["id"],
            "type": event["type"],
            "endpoint": endpoint["id"],
            "object": event["data"]["object"].get("id"),
            "state": HELD if self.manners.is_holding else PENDING,
            "attempts": [],
        }
        self._store.changed.set()
        return key

    def _forget(self) -> None:
        with self._wake:
            self._jobs.clear()

    def _schedule(self, deliveries: list[str], seconds: float) -> None:
        with self._wake:
            heapq.heappush(self._jobs, _Job(time.monotonic() + seconds, next(self._numbers), deliveries))
            self._wake.notify()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            for key in job.deliveries:
                if not self._is_stopping:
                    self._make(key)

    def _next(self) -> _Job | None:
        with self._wake:
            while not self._is_stopping:
                pause = self._jobs[0].due - time.monotonic() if self._jobs else None
                if pause is not None and pause <= 0:
                    return heapq.heappop(self._jobs)
                self._wake.wait(pause)
        return None

    def _make(self, key: str) -> None:
        """One attempt. The lock is not held while the endpoint answers: it will ask us back."""
        with self._store.lock:
            delivery = self._store.deliveries.get(key)
            endpoint = self._store.find("webhook_endpoint", delivery["endpoint"]) if delivery else None
            event = self._store.find("event", delivery["event"]) if delivery else None
            if delivery is None or delivery["state"] != PENDING:
                return
            if endpoint is None or event is None:
                delivery["state"] = FAILED
                return
            secret = self._store.note(endpoint["id"])["secret"]
            url, event = endpoint["url"], dict(event)
        attempt = post_event(url, secret, event, TIMEOUT_SECONDS)
        with self._store.lock:
            self._record(delivery, attempt)

    def _record(self, delivery: Json, attempt: Json) -> None:
        delivery["attempts"].append(attempt)
        self._store.changed.set()
        tries = len(delivery["attempts"])
        if attempt["ok"]:
            delivery["state"] = DELIVERED
            self._count_down(delivery)
        elif tries > len(self.manners.retry_seconds):
            delivery["state"] = FAILED
        elif not self._is_stopping:
            self._schedule([delivery["id"]], self.manners.retry_seconds[tries - 1])

    def _count_down(self, delivery: Json) -> None:
        event = self._store.find("event", delivery["event"])
        if event is not None:
            event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
