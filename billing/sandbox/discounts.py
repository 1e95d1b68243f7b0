"""Whether a coupon or promotion code may be used, and what it takes off a session."""

from __future__ import annotations

from typing import Any

from billing.sandbox.errors import StripeError, missing
from billing.sandbox.money import discount_of, spread
from billing.sandbox.objects.session import build_line_item
from billing.sandbox.shapes import Json
from billing.sandbox.store import Store


def find_coupon(store: Store, key: str, currency: str, param: str) -> Json:
    """The coupon, when it may be used now for this currency. Raises StripeError."""
    coupon = store.get("coupon", key, param)
    if not is_valid(coupon, store.now()):
        raise StripeError(f"Coupon {key} is expired and cannot be applied.", code="coupon_expired", param=param)
    if coupon["amount_off"] is not None and coupon["currency"] != currency:
        raise StripeError(f"The coupon {key} is in {coupon['currency']}, the session in {currency}.", param=param)
    return coupon


def find_promotion_code(store: Store, key: str, session: Json, param: str) -> Json:
    """The promotion code by id or by what customers type, when it may be used for this session. Raises StripeError."""
    typed = (code for code in store.all("promotion_code") if code["active"] and code["code"].lower() == key.lower())
    code = store.find("promotion_code", key) or next(typed, None)
    if code is None:
        raise missing("promotion_code", key, param)
    wanted = code["restrictions"]
    is_usable = code["active"] and is_valid(code, store.now()) and code["customer"] in {None, session["customer"]}
    if not is_usable:
        raise StripeError("This promotion code cannot be redeemed.", code="promotion_code_expired", param=param)
    if wanted["minimum_amount"] is not None and (
        wanted["minimum_amount_currency"] != session["currency"]
        or session["amount_subtotal"] < wanted["minimum_amount"]
    ):
        raise StripeError("The total is below the least amount for this promotion code.", param=param)
    find_coupon(store, code["promotion"]["coupon"], session["currency"], param)
    return code


def is_valid(thing: Json, now: int) -> bool:
    """Whether a coupon or promotion code has neither lapsed nor been used up."""
    until = thing.get("redeem_by", thing.get("expires_at"))
    most = thing["max_redemptions"]
    return (until is None or now <= until) and (most is None or thing["times_redeemed"] < most)


def coupon_of(store: Store, session: Json) -> Json | None:
    """The coupon on a session, be it by way of a promotion code."""
    for discount in session["discounts"]:
        code = store.find("promotion_code", discount["promotion_code"])
        return store.find("coupon", code["promotion"]["coupon"] if code else discount["coupon"])
    return None


def set_totals(store: Store, session: Json) -> None:
    """Set a session's amounts and line items from its lines and its discount."""
    lines: list[Json] = store.note(session["id"])["lines"]
    subtotals = [line["price"]["unit_amount"] * line["quantity"] for line in lines]
    coupon = coupon_of(store, session)
    off = discount_of(sum(subtotals), coupon) if coupon else 0
    items = [
        build_line_item(
            key=line["id"],
            price=line["price"],
            description=line["description"],
            quantity=line["quantity"],
            discount=share,
        )
        for line, share in zip(lines, spread(off, subtotals), strict=True)
    ]
    store.note(session["id"])["items"] = items
    store.update(
        session,
        {
            "amount_subtotal": sum(subtotals),
            "amount_total": sum(subtotals) - off,
            "total_details": {"amount_discount": off, "amount_shipping": 0, "amount_tax": 0},
        },
    )


def redeem(store: Store, session: Json) -> None:
    """Count the use of a session's coupon and promotion code."""
    for discount in session["discounts"]:
        code = store.find("promotion_code", discount["promotion_code"])
        for thing in filter(None, (code, coupon_of(store, session))):
            store.update(thing, {"times_redeemed": thing["times_redeemed"] + 1})
            if thing["object"] == "coupon":
                store.update(thing, {"valid": is_valid(thing, store.now())})
            elif not is_valid(thing, store.now()):
                store.update(thing, {"active": False})


def discount_amounts(store: Store, session: Json, amount: int) -> list[Any]:
    """The discount of a session as `[{amount, discount}]`, empty when there is none."""
    coupon = coupon_of(store, session)
    if coupon is None:
        return []
    discount = {
        "id": f"di_{session['id'][-24:]}",
        "object": "discount",
        "checkout_session": session["id"],
        "customer": session["customer"],
        "customer_account": None,
        "end": None,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": session["discounts"][0]["promotion_code"],
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": session["created"],
        "subscription": None,
        "subscription_item": None,
    }
    return [{"amount": amount, "discount": discount}]
