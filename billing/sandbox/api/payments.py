"""/v1/payment_intents, /v1/payment_methods and /v1/charges: what the hosted page made."""

from __future__ import annotations

from billing.sandbox.api.calls import Call, Route, changing, given, listing, metadata_only, retrieving
from billing.sandbox.errors import StripeError
from billing.sandbox.sessions import cancel_intent
from billing.sandbox.shapes import Json

_CANCELLED = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")


def _described(call: Call, thing: Json) -> Json:
    return given(call, ["description", "receipt_email"]) | metadata_only(call, thing)


def _update_intent(call: Call) -> Json:
    """Without an event: Stripe has none for a payment intent's update."""
    intent = call.store.get("payment_intent", call.key)
    changes = _described(call, intent)
    call.params.finish()
    call.store.update(intent, changes)
    return intent


def _cancel(call: Call) -> Json:
    intent = call.store.get("payment_intent", call.key)
    reason = call.params.text("cancellation_reason", among=_CANCELLED)
    call.params.finish()
    if intent["status"] in {"succeeded", "canceled"}:
        raise StripeError(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    if any(
        each["payment_intent"] == call.key and each["status"] == "open" for each in call.store.all("checkout.session")
    ):
        raise StripeError("You cannot cancel a PaymentIntent created by Checkout; expire the Checkout Session instead.")
    cancel_intent(call.store, intent, reason)
    return intent


ROUTES = (
    Route("GET", "/v1/payment_intents", listing("payment_intent", ["customer"])),
    Route("GET", "/v1/payment_intents/{id}", retrieving("payment_intent")),
    Route("POST", "/v1/payment_intents/{id}", _update_intent),
    Route("POST", "/v1/payment_intents/{id}/cancel", _cancel),
    Route("GET", "/v1/payment_methods", listing("payment_method", ["customer", "type"])),
    Route("GET", "/v1/payment_methods/{id}", retrieving("payment_method")),
    Route("GET", "/v1/charges", listing("charge", ["customer", "payment_intent"])),
    Route("GET", "/v1/charges/{id}", retrieving("charge")),
    Route("POST", "/v1/charges/{id}", changing("charge", _described)),
)
