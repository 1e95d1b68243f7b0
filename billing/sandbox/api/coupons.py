"""/v1/coupons and /v1/promotion_codes."""

from __future__ import annotations

import re

from billing.sandbox.api.calls import Call, Route, changing, given, listing, retrieving
from billing.sandbox.discounts import is_valid
from billing.sandbox.errors import StripeError
from billing.sandbox.objects.coupon import build_coupon, build_promotion_code
from billing.sandbox.objects.customer import build_deleted
from billing.sandbox.shapes import Json

_DURATIONS = ("once", "forever", "repeating")


def _create_coupon(call: Call) -> Json:
    params = call.params
    key = params.text("id", most=500) or call.store.new_id("c", 8)[2:].upper()
    percent, amount = params.decimal("percent_off", most=100), params.integer("amount_off", least=1)
    if (percent is None) == (amount is None):
        raise StripeError("You must pass either percent_off or amount_off, and not both.", param="percent_off")
    fields: Json = {
        "percent_off": None if percent is None else float(percent),
        "amount_off": amount,
        "currency": None if amount is None else params.currency("currency"),
        "duration": params.text("duration", among=_DURATIONS) or "once",
        "duration_in_months": params.integer("duration_in_months", least=1, most=36),
        "max_redemptions": params.integer("max_redemptions", least=1),
        "redeem_by": params.integer("redeem_by"),
        "metadata": params.metadata(),
    } | given(call, ["name"])
    params.finish()
    if call.store.find("coupon", key) is not None:
        raise StripeError("Coupon already exists.", code="resource_already_exists", param="id")
    coupon = call.store.add(build_coupon(key=key, created=call.store.now(), **fields))
    call.store.emit("coupon.created", coupon)
    return coupon


def _coupon_changes(call: Call, coupon: Json) -> Json:
    return given(call, ["name"]) | {"metadata": call.params.metadata(coupon["metadata"])}


def _delete_coupon(call: Call) -> Json:
    coupon = call.store.get("coupon", call.key)
    call.params.finish()
    call.store.remove(coupon)
    call.store.emit("coupon.deleted", coupon)
    return build_deleted(coupon)


def _create_code(call: Call) -> Json:
    params = call.params
    promotion, restrictions = params.child("promotion"), params.child("restrictions")
    promotion.text("type", required=True, among=("coupon",))
    coupon = call.store.get("coupon", promotion.text("coupon", required=True), "promotion[coupon]")
    code = params.text("code", most=500) or call.store.new_id("c", 8)[2:].upper()
    customer = params.text("customer")
    fields: Json = {
        "customer": call.store.get("customer", customer, "customer")["id"] if customer else None,
        "expires_at": params.integer("expires_at"),
        "max_redemptions": params.integer("max_redemptions", least=1),
        "metadata": params.metadata(),
        "restrictions": {
            "first_time_transaction": restrictions.boolean("first_time_transaction") or False,
            "minimum_amount": restrictions.integer("minimum_amount"),
            "minimum_amount_currency": restrictions.currency("minimum_amount_currency", required=False) or None,
        },
    } | given(call, booleans=["active"])
    params.finish()
    _require_free(call, code)
    made = build_promotion_code(
        key=call.store.new_id("promo"), created=call.store.now(), code=code, coupon=coupon["id"], **fields
    )
    call.store.add(made)
    call.store.emit("promotion_code.created", made)
    return made


def _require_free(call: Call, code: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9-]+", code):
        raise StripeError("Promotion codes have letters, digits and dashes only.", param="code")
    if any(each["active"] and each["code"].lower() == code.lower() for each in call.store.all("promotion_code")):
        raise StripeError("An active promotion code with this code already exists.", param="code")


def _code_changes(call: Call, code: Json) -> Json:
    fields = given(call, booleans=["active"])
    if fields.get("active") and not is_valid(code, call.store.now()):
        raise StripeError("This promotion code has expired or is used up.", param="active")
    return fields | {"metadata": call.params.metadata(code["metadata"])}


_CODE_FILTERS = {"active": "active", "code": "code", "coupon": "promotion.coupon", "customer": "customer"}

ROUTES = (
    Route("POST", "/v1/coupons", _create_coupon),
    Route("GET", "/v1/coupons", listing("coupon")),
    Route("GET", "/v1/coupons/{id}", retrieving("coupon")),
    Route("POST", "/v1/coupons/{id}", changing("coupon", _coupon_changes)),
    Route("DELETE", "/v1/coupons/{id}", _delete_coupon),
    Route("POST", "/v1/promotion_codes", _create_code),
    Route("GET", "/v1/promotion_codes", listing("promotion_code", _CODE_FILTERS)),
    Route("GET", "/v1/promotion_codes/{id}", retrieving("promotion_code")),
    Route("POST", "/v1/promotion_codes/{id}", changing("promotion_code", _code_changes)),
)
