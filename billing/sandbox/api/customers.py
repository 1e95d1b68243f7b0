"""/v1/customers."""

from __future__ import annotations

from billing.sandbox.api.calls import Call, Route, changing, given, listing
from billing.sandbox.errors import StripeError
from billing.sandbox.objects.address import build_address
from billing.sandbox.objects.customer import build_customer, build_deleted
from billing.sandbox.shapes import Json

_TEXTS = ("email", "name", "phone", "description", "tax_exempt")


def _fields(call: Call, customer: Json | None) -> Json:
    params = call.params
    fields = given(call, _TEXTS)
    if params.has("address"):
        fields["address"] = None if params.is_plain("address") else build_address(params.child("address"))
    if params.has("preferred_locales"):
        fields["preferred_locales"] = params.texts("preferred_locales")
    if params.has("shipping"):
        shipping = params.child("shipping")
        fields["shipping"] = {
            "address": build_address(shipping.child("address")),
            "name": shipping.text("name", required=True),
            "phone": shipping.text("phone"),
        }
    if "@" not in (fields.get("email") or "@"):
        raise StripeError(f"Invalid email address: {fields['email']}", code="email_invalid", param="email")
    return fields | {"metadata": params.metadata(customer["metadata"] if customer else None)}


def _create(call: Call) -> Json:
    fields = _fields(call, None)
    call.params.finish()
    customer = build_customer(key=call.store.new_id("cus", 14), created=call.store.now(), **fields)
    call.store.add(customer)
    call.store.emit("customer.created", customer)
    return customer


def _retrieve(call: Call) -> Json:
    """A deleted customer still answers, with `deleted: true`."""
    call.params.finish()
    if call.key in call.store.tables.get("deleted_customer", {}):
        return {"id": call.key, "object": "customer", "deleted": True}
    return call.store.get("customer", call.key)


def _delete(call: Call) -> Json:
    customer = call.store.get("customer", call.key)
    call.params.finish()
    call.store.remove(customer)
    call.store.tables.setdefault("deleted_customer", {})[call.key] = {"id": call.key}
    call.store.emit("customer.deleted", customer)
    return build_deleted(customer)


ROUTES = (
    Route("POST", "/v1/customers", _create),
    Route("GET", "/v1/customers", listing("customer", ["email"])),
    Route("GET", "/v1/customers/{id}", _retrieve),
    Route("POST", "/v1/customers/{id}", changing("customer", _fields)),
    Route("DELETE", "/v1/customers/{id}", _delete),
    Route(
        "GET",
        "/v1/customers/{id}/payment_methods",
        listing("payment_method", ["type"], where=lambda call: {"customer": call.key}),
    ),
)
