"""How a checkout session ends: paid, free of charge, or expired."""

from __future__ import annotations

from billing.sandbox.discounts import redeem
from billing.sandbox.errors import StripeError
from billing.sandbox.objects.session import build_customer_details
from billing.sandbox.shapes import Json
from billing.sandbox.store import Store


def require_open(store: Store, session: Json) -> None:
    """Expire a session whose time is up; raise StripeError unless it still is open."""
    if session["status"] == "open" and session["expires_at"] <= store.now():
        expire_session(store, session)
    if session["status"] != "open":
        raise StripeError(f"This Checkout Session is {session['status']}, not open.", param="session")


def complete_session(store: Store, session: Json, *, email: str | None, name: str | None, intent: Json | None) -> None:
    """Mark a session complete, count its coupon, and tell."""
    store.update(
        session,
        {
            "status": "complete",
            "payment_status": "paid" if intent else "no_payment_required",
            "customer": intent["customer"] if intent else session["customer"],
            "customer_details": build_customer_details(email=email, name=name),
            "collected_information": {"business_name": None, "individual_name": None, "shipping_details": None},
            "url": None,
        },
    )
    redeem(store, session)
    store.emit("checkout.session.completed", session)


def expire_session(store: Store, session: Json) -> None:
    """Expire an open session, cancel its payment intent, and tell."""
    store.update(session, {"status": "expired", "url": None})
    store.emit("checkout.session.expired", session)
    intent = store.find("payment_intent", session["payment_intent"])
    if intent is not None and intent["status"] != "canceled":
        cancel_intent(store, intent, "automatic")


def cancel_intent(store: Store, intent: Json, reason: str | None) -> None:
    """Cancel an unpaid payment intent, and tell."""
    store.update(
        intent,
        {
            "status": "canceled",
            "canceled_at": store.now(),
            "cancellation_reason": reason,
            "next_action": None,
        },
    )
    store.emit("payment_intent.canceled", intent)
