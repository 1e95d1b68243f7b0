"""/v1/prices."""

from __future__ import annotations

from decimal import Decimal

from billing.sandbox.api.calls import Call, Route, changing, given, listing, retrieving
from billing.sandbox.api.products import add_product, read_product_data
from billing.sandbox.errors import StripeError, missing_param
from billing.sandbox.objects.price import build_price
from billing.sandbox.params import Params
from billing.sandbox.shapes import Json
from billing.sandbox.store import Store

_MOST = 99_999_999


def add_price(store: Store, *, currency: str, amount: int, product: str, **fields: object) -> Json:
    """Keep a new price, and tell."""
    key = store.new_id("price")
    price = build_price(key=key, created=store.now(), currency=currency, amount=amount, product=product, **fields)
    store.add(price)
    store.emit("price.created", price)
    return price


def read_amount(params: Params) -> int:
    """The unit amount in minor units, from `unit_amount` or a whole `unit_amount_decimal`. Raises StripeError."""
    amount = params.integer("unit_amount", most=_MOST)
    exact = params.decimal("unit_amount_decimal", most=_MOST)
    if amount is None and exact is not None:
        if exact != exact.to_integral_value():
            raise StripeError("The sandbox takes whole minor units only.", param=params.path("unit_amount_decimal"))
        amount = int(Decimal(exact))
    if amount is None:
        raise missing_param(params.path("unit_amount"))
    return amount


def refuse_recurring(params: Params) -> None:
    """Raise StripeError for a recurring price: the sandbox sells once."""
    if params.has("recurring"):
        raise StripeError("The sandbox has no subscriptions.", param=params.path("recurring"))


def _create(call: Call) -> Json:
    params = call.params
    refuse_recurring(params)
    currency, amount = params.currency("currency"), read_amount(params)
    fields = given(call, ["nickname", "lookup_key", "tax_behavior"], ["active"]) | {"metadata": params.metadata()}
    named, inline = params.text("product"), params.child("product_data") if params.has("product_data") else None
    data = read_product_data(inline) if inline else None
    params.finish()
    if named is None and data is None:
        raise missing_param("product")
    product = call.store.get("product", named, "product") if named else add_product(call.store, **data or {})
    return add_price(call.store, currency=currency, amount=amount, product=product["id"], **fields)


def _changes(call: Call, price: Json) -> Json:
    fields = given(call, ["nickname", "lookup_key", "tax_behavior"], ["active"])
    return fields | {"metadata": call.params.metadata(price["metadata"])}


ROUTES = (
    Route("POST", "/v1/prices", _create),
    Route("GET", "/v1/prices", listing("price", ["active", "product", "currency", "type", "lookup_key"])),
    Route("GET", "/v1/prices/{id}", retrieving("price")),
    Route("POST", "/v1/prices/{id}", changing("price", _changes)),
)
