"""The lines of a checkout session: prices by id, or made on the spot."""

from __future__ import annotations

from dataclasses import dataclass

from billing.sandbox.api.calls import Call
from billing.sandbox.api.prices import add_price, read_amount, refuse_recurring
from billing.sandbox.api.products import add_product, read_product_data
from billing.sandbox.errors import StripeError, missing_param
from billing.sandbox.expansion import clone
from billing.sandbox.params import Params
from billing.sandbox.shapes import Json


@dataclass(frozen=True, slots=True)
class Line:
    """One line as asked for: a price there is, or what to make one of."""

    quantity: int
    currency: str
    amount: int
    price: Json | None = None
    product: Json | None = None
    product_data: Json | None = None
    tax_behavior: str | None = None


def read_lines(call: Call) -> list[Line]:
    """The lines, all in one currency. Changes nothing. Raises StripeError."""
    given = call.params.children("line_items")
    if not given:
        raise missing_param("line_items")
    lines = [_read_line(call, params) for params in given]
    if len({line.currency for line in lines}) > 1:
        raise StripeError("All line items must have the same currency.", param="line_items")
    return lines


def _read_line(call: Call, params: Params) -> Line:
    quantity = params.integer("quantity", required=True, least=1, most=999_999)
    key = params.text("price")
    if key is None and not params.has("price_data"):
        raise missing_param(params.path("price"))
    if key is not None:
        price = call.store.get("price", key, params.path("price"))
        if not price["active"]:
            raise StripeError(f"The price {key} is inactive.", param=params.path("price"))
        return Line(quantity, price["currency"], price["unit_amount"], price=price)
    return _read_inline(call, params.child("price_data"), quantity)


def _read_inline(call: Call, data: Params, quantity: int) -> Line:
    refuse_recurring(data)
    named = data.text("product")
    if named is None and not data.has("product_data"):
        raise missing_param(data.path("product_data"))
    return Line(
        quantity,
        data.currency("currency"),
        read_amount(data),
        product=call.store.get("product", named, data.path("product")) if named else None,
        product_data=None if named else read_product_data(data.child("product_data")),
        tax_behavior=data.text("tax_behavior"),
    )


def keep_line(call: Call, line: Line) -> Json:
    """Make the price and product where they are not there yet; returns `{id, price, description, quantity}`.

    A price or product made on the spot is inactive: it is for this session alone.
    """
    store = call.store
    price = line.price
    if price is None:
        product = line.product or add_product(store, active=False, **line.product_data or {})
        behavior = line.tax_behavior or "unspecified"
        price = add_price(
            store,
            currency=line.currency,
            amount=line.amount,
            product=product["id"],
            active=False,
            tax_behavior=behavior,
        )
    name = (store.find("product", price["product"]) or {}).get("name", "")
    return {"id": store.new_id("li"), "price": clone(price), "description": name, "quantity": line.quantity}
