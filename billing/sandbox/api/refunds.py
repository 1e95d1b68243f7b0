"""/v1/refunds."""

from __future__ import annotations

from billing.sandbox.api.calls import Call, Route, changing, listing, metadata_only, retrieving
from billing.sandbox.errors import StripeError
from billing.sandbox.refunds import refund_charge
from billing.sandbox.shapes import Json

_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def _create(call: Call) -> Json:
    params = call.params
    charge = _charge(call, params.text("charge"), params.text("payment_intent"))
    amount = params.integer("amount", least=1)
    reason, metadata = params.text("reason", among=_REASONS), params.metadata()
    params.finish()
    return refund_charge(call.store, charge, amount=amount, reason=reason, metadata=metadata)


def _charge(call: Call, charge: str | None, intent: str | None) -> Json:
    if (charge is None) == (intent is None):
        raise StripeError("One of the following params should be provided for this request: payment_intent or charge.")
    if charge is not None:
        return call.store.get("charge", charge, "charge")
    found = call.store.get("payment_intent", intent or "", "payment_intent")
    paid = call.store.find("charge", found["latest_charge"])
    if paid is None or found["status"] != "succeeded":
        raise StripeError(
            f"This PaymentIntent ({found['id']}) does not have a successful charge to refund.", param="payment_intent"
        )
    return paid


ROUTES = (
    Route("POST", "/v1/refunds", _create),
    Route("GET", "/v1/refunds", listing("refund", ["charge", "payment_intent"])),
    Route("GET", "/v1/refunds/{id}", retrieving("refund")),
    Route("POST", "/v1/refunds/{id}", changing("refund", metadata_only)),
    Route("GET", "/v1/charges/{id}/refunds", listing("refund", where=lambda call: {"charge": call.key})),
)
