"""What happens by the passing of time."""

from __future__ import annotations

import threading

from billing.sandbox.discounts import is_valid
from billing.sandbox.refunds import finish_refund
from billing.sandbox.sessions import expire_session
from billing.sandbox.store import Store

_EVERY_SECONDS = 0.5


def tick(store: Store) -> None:
    """Expire sessions, finish refunds, make money available and let coupons lapse, as of the sandbox's clock."""
    with store.lock:
        now = store.now()
        for session in store.tables.get("checkout.session", {}).values():
            if session["status"] == "open" and session["expires_at"] <= now:
                expire_session(store, session)
        for refund in store.tables.get("refund", {}).values():
            if store.notes.get(refund["id"], {}).get("due", now + 1) <= now:
                finish_refund(store, refund)
        for transaction in store.tables.get("balance_transaction", {}).values():
            if transaction["status"] == "pending" and transaction["available_on"] <= now:
                store.update(transaction, {"status": "available"})
        _lapse(store, now)


def _lapse(store: Store, now: int) -> None:
    for coupon in store.tables.get("coupon", {}).values():
        if coupon["valid"] and not is_valid(coupon, now):
            store.update(coupon, {"valid": False})
    for code in store.tables.get("promotion_code", {}).values():
        if code["active"] and not is_valid(code, now):
            store.update(code, {"active": False})


class Upkeep:
    """Ticks twice a second in a thread of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-upkeep", daemon=True)

    def start(self) -> None:
        """Tick from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for the end."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(_EVERY_SECONDS):
            tick(self._store)
