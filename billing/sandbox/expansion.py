"""`expand[]`: ids replaced by the objects they name, and what Stripe includes only on request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from billing.sandbox.discounts import discount_amounts
from billing.sandbox.errors import StripeError
from billing.sandbox.shapes import Json
from billing.sandbox.store import Store

DEEPEST = 4


def expand(store: Store, answer: Json, paths: list[str]) -> None:
    """Expand an answer in place; it must be a copy. Raises StripeError for a path that cannot be expanded.

    What is left of a deleted object has nothing to expand, and is answered as it is.
    """
    for path in [] if answer.get("deleted") else paths:
        steps = path.split(".")
        if len(steps) - (steps[0] == "data") > DEEPEST:
            raise StripeError(f"You cannot expand more than {DEEPEST} levels of a property.", param="expand")
        _expand(store, answer, steps, path, answer)


def _expand(store: Store, here: Any, steps: list[str], path: str, owner: Json) -> None:
    if here is None or not steps:
        return
    if isinstance(here, list):
        for each in here:
            _expand(store, each, steps, path, owner)
        return
    if not isinstance(here, dict):
        raise StripeError(f"This property cannot be expanded ({path}).", param="expand")
    owner = here if "object" in here and here["object"] not in {"list", "item"} else owner
    name, *rest = steps
    if name not in here:
        here[name] = _include(store, here, name, path, owner)
    elif isinstance(here[name], str):
        here[name] = _named(store, here[name], path)
    elif isinstance(here[name], (int, float)):
        raise StripeError(f"This property cannot be expanded ({path}).", param="expand")
    _expand(store, here[name], rest, path, owner)


def _named(store: Store, key: str, path: str) -> Json:
    found = store.find_any(key)
    if found is None:
        raise StripeError(f"This property cannot be expanded ({path}).", param="expand")
    copy: Json = clone(found)
    return copy


def clone(value: Any) -> Any:
    """A deep copy of JSON, several times as fast as copy.deepcopy."""
    if isinstance(value, dict):
        return {name: clone(below) for name, below in value.items()}
    if isinstance(value, list):
        return [clone(below) for below in value]
    return value


def _include(store: Store, here: Json, name: str, path: str, owner: Json) -> Any:
    kind = here.get("object") or ("total_details" if "amount_shipping" in here else "")
    include = _INCLUDED.get((kind, name))
    if include is None:
        raise StripeError(f"This property cannot be expanded ({path}).", param="expand")
    return include(store, here, owner)


def _list(url: str, rows: list[Json]) -> Json:
    return {"object": "list", "data": clone(rows), "has_more": False, "url": url}


def _line_items(store: Store, session: Json, _owner: Json) -> Json:
    return _list(f"/v1/checkout/sessions/{session['id']}/line_items", store.note(session["id"])["items"])


def _refunds(store: Store, charge: Json, _owner: Json) -> Json:
    rows = [refund for refund in store.all("refund") if refund["charge"] == charge["id"]]
    return _list(f"/v1/charges/{charge['id']}/refunds", rows)


def _breakdown(store: Store, details: Json, session: Json) -> Json:
    return {"discounts": discount_amounts(store, session, details["amount_discount"]), "taxes": []}


def _item_discounts(store: Store, item: Json, owner: Json) -> list[Any]:
    if owner["object"] != "checkout.session":  # the list of line items by itself
        owner = next(each for each in store.all("checkout.session") if item in store.note(each["id"])["items"])
    return discount_amounts(store, owner, item["amount_discount"])


def _currency_options(_store: Store, price: Json, _owner: Json) -> Json:
    option = {"custom_unit_amount": None, "tax_behavior": price["tax_behavior"], "unit_amount": price["unit_amount"]}
    return {price["currency"]: option | {"unit_amount_decimal": price["unit_amount_decimal"]}}


_INCLUDED: dict[tuple[str, str], Callable[[Store, Json, Json], Any]] = {
    ("checkout.session", "line_items"): _line_items,
    ("total_details", "breakdown"): _breakdown,
    ("item", "discounts"): _item_discounts,
    ("charge", "refunds"): _refunds,
    ("customer", "sources"): lambda _store, here, _owner: _list(f"/v1/customers/{here['id']}/sources", []),
    ("customer", "subscriptions"): lambda _store, here, _owner: _list(f"/v1/customers/{here['id']}/subscriptions", []),
    ("customer", "tax_ids"): lambda _store, here, _owner: _list(f"/v1/customers/{here['id']}/tax_ids", []),
    ("price", "currency_options"): _currency_options,
    ("price", "tiers"): lambda _store, _here, _owner: None,
    ("coupon", "applies_to"): lambda _store, _here, _owner: None,
    ("coupon", "currency_options"): lambda _store, _here, _owner: None,
}
"""What is left out unless asked for, by the kind of object and the name."""
