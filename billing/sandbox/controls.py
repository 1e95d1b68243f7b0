"""What tests can make the sandbox do. Every method is also POST /_control/<name>, its arguments a JSON object."""

from __future__ import annotations

import random
from collections.abc import Sequence

from billing.sandbox import disputes, upkeep
from billing.sandbox.card_entry import CardEntry
from billing.sandbox.cards import card_numbered
from billing.sandbox.expansion import clone
from billing.sandbox.faults import Fault, Faults
from billing.sandbox.payments import Outcome, answer_challenge, pay, settle
from billing.sandbox.shapes import Json
from billing.sandbox.store import Store
from billing.sandbox.webhooks import HELD, RETRY_SECONDS, Manners, Webhooks

ORDERS = ("created", "reversed", "shuffled")


class Controls:
    """Safe to call from any thread. Methods answer with JSON objects; raise ValueError or StripeError for nonsense."""

    def __init__(self, store: Store, webhooks: Webhooks, faults: Faults) -> None:
        self._store = store
        self._webhooks = webhooks
        self._faults = faults

    def hold(self) -> Json:
        """Keep every delivery back from now on, until `release`."""
        self._webhooks.manners.is_holding = True
        return {"holding": True}

    def release(
        self, *, deliveries: Sequence[str] = (), events: Sequence[str] = (), order: str = "created", seed: int = 0,
        keep_holding: bool = False,
    ) -> Json:  # fmt: skip
        """Send what is held, one after the other: the named deliveries or events in that order, else all in `order`.

        `order` is created, reversed or shuffled (by `seed`). Stops holding unless told to keep on.
        """
        if order not in ORDERS:
            raise ValueError(f"order is one of {', '.join(ORDERS)}")
        with self._store.lock:
            held = [key for key, each in self._store.deliveries.items() if each["state"] == HELD]
            chosen = list(deliveries) or [key for event in events for key in self._held_of(event)]
            chosen = chosen or ([] if events else _ordered(held, order, seed))
            unknown = [key for key in chosen if key not in self._store.deliveries]
            if unknown:
                raise ValueError(f"there is no delivery {unknown[0]}")
            self._webhooks.manners.is_holding = keep_holding
            self._webhooks.release(chosen, is_ordered=True)
        return {"released": chosen}

    def _held_of(self, event: str) -> list[str]:
        return [key for key, each in self._store.deliveries.items() if each["event"] == event and each["state"] == HELD]

    def resend(self, *, event: str, times: int = 1) -> Json:
        """Deliver an event again, `times` over."""
        with self._store.lock:
            found = self._store.get("event", event)
            return {"deliveries": [key for _ in range(times) for key in self._webhooks.send(found)]}

    def deliver(self, *, copies: int = 1, delay: float = 0.0, retry_seconds: Sequence[float] | None = None) -> Json:
        """How to deliver from now on: each event `copies` times, `delay` seconds late, retried after those pauses."""
        if copies < 1 or delay < 0:
            raise ValueError("copies are 1 or more, delay is 0 or more")
        manners = self._webhooks.manners
        manners.copies, manners.delay = copies, delay
        manners.retry_seconds = tuple(RETRY_SECONDS if retry_seconds is None else map(float, retry_seconds))
        return {"copies": copies, "delay": delay, "retry_seconds": list(manners.retry_seconds)}

    def fail(self, *, times: int = 1, status: int = 500, method: str = "", path: str = "", after: bool = False) -> Json:
        """Let the next API calls fail; status 0 closes the connection; `after` does the call and loses the answer."""
        if times < 1 or not (status == 0 or 400 <= status <= 599):
            raise ValueError("times is 1 or more, status is 0 or 400 to 599")
        self._faults.add(Fault(times, status, method.upper(), path, after))
        return {"times": times, "status": status}

    def outage(self, *, on: bool = True) -> Json:
        """Close every API connection without an answer, until turned off. The hosted page stays."""
        self._faults.is_out = bool(on)
        return {"on": bool(on)}

    def latency(self, *, seconds: float) -> Json:
        """Answer every API call that much later."""
        if not 0 <= seconds <= 120:
            raise ValueError("seconds are between 0 and 120")
        self._faults.latency = float(seconds)
        return {"seconds": seconds}

    def advance(self, *, seconds: int) -> Json:
        """Move the clock forward and do what falls due: sessions expire, refunds finish, money becomes available."""
        with self._store.lock:
            now = self._store.clock.advance(int(seconds))
            upkeep.tick(self._store)
        return {"now": now}

    def pay(self, *, session: str, number: str = "4242424242424242", email: str = "buyer@example.com",
            name: str = "Test Buyer", authorise: bool = True) -> Json:  # fmt: skip
        """Pay an open session as the hosted page would, answering 3-D Secure with `authorise`."""
        with self._store.lock:
            found = self._store.get("checkout.session", session)
            outcome = pay(self._store, found, CardEntry(card_numbered(number), 12, 2099, name, email))
            if outcome is Outcome.CHALLENGE:
                outcome = answer_challenge(self._store, found, is_authorised=authorise)
            return {"outcome": outcome.value, "payment_intent": found["payment_intent"]}

    def hold_settlement(self, *, on: bool = True) -> Json:
        """Leave new charges without balance transaction while on; turning it off books what waits."""
        with self._store.lock:
            self._store.is_settlement_held = bool(on)
            waiting = [] if on else [each for each in reversed(self._store.all("charge")) if _is_unsettled(each)]
            for charge in waiting:
                settle(self._store, charge)
            return {"on": bool(on), "settled": [charge["id"] for charge in waiting]}

    def dispute(
        self, *, charge: str, reason: str = "fraudulent", amount: int | None = None, inquiry: bool = False
    ) -> Json:
        """Open a dispute on a charge; answers with the dispute."""
        if reason not in disputes.REASONS:
            raise ValueError(f"reason is one of {', '.join(disputes.REASONS)}")
        with self._store.lock:
            found = self._store.get("charge", charge)
            return _copy(disputes.open_dispute(self._store, found, reason=reason, amount=amount, is_inquiry=inquiry))

    def close_dispute(self, *, dispute: str, won: bool = False) -> Json:
        """Decide a dispute; answers with the dispute."""
        with self._store.lock:
            return _copy(disputes.close_dispute(self._store, self._store.get("dispute", dispute), is_won=won))

    def deliveries(self, *, state: str = "", type: str = "", event: str = "") -> Json:  # noqa: A002
        """Every delivery with its attempts, oldest first, filtered by state, event type and event."""
        wanted = {"state": state, "type": type, "event": event}
        with self._store.lock:
            rows = [
                _copy(each)
                for each in self._store.deliveries.values()
                if all(not value or each[name] == value for name, value in wanted.items())
            ]
        return {"deliveries": rows}

    def counts(self) -> Json:
        """How many objects there are by kind, and deliveries by state."""
        with self._store.lock:
            states: dict[str, int] = {}
            for each in self._store.deliveries.values():
                states[each["state"]] = states.get(each["state"], 0) + 1
            return {"objects": {kind: len(rows) for kind, rows in self._store.tables.items()}, "deliveries": states}

    def reset(self) -> Json:
        """Forget every object but the webhook endpoints, and every wish of a test. The clock keeps its time."""
        with self._store.lock:
            endpoints = self._store.all("webhook_endpoint")
            notes = {each["id"]: self._store.note(each["id"]) for each in endpoints}
            self._store.reset()
            for endpoint in reversed(endpoints):
                self._store.add(endpoint)
            self._store.notes.update(notes)
            self._store.is_settlement_held = False
            self._faults.clear()
            self._webhooks.manners = Manners()
        return {"reset": True}


def _ordered(keys: list[str], order: str, seed: int) -> list[str]:
    if order == "reversed":
        return keys[::-1]
    return random.Random(seed).sample(keys, len(keys)) if order == "shuffled" else keys  # noqa: S311


def _is_unsettled(charge: Json) -> bool:
    return bool(charge["paid"]) and charge["balance_transaction"] is None


def _copy(thing: Json) -> Json:
    copy: Json = clone(thing)
    return copy
