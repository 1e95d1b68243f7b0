"""/v1/products, their features, and /v1/entitlements/features."""

from __future__ import annotations

from billing.sandbox.api.calls import Call, Route, changing, given, listing, metadata_only, retrieving
from billing.sandbox.errors import StripeError
from billing.sandbox.listing import page
from billing.sandbox.objects.customer import build_deleted
from billing.sandbox.objects.product import build_feature, build_product, build_product_feature
from billing.sandbox.params import Params
from billing.sandbox.shapes import Json
from billing.sandbox.store import Store

_TEXTS = ("description", "statement_descriptor", "tax_code", "unit_label", "url")


def add_product(store: Store, *, key: str | None = None, name: str, **fields: object) -> Json:
    """Keep a new product, and tell."""
    product = build_product(key=key or store.new_id("prod", 14), created=store.now(), name=name, **fields)
    store.add(product)
    store.emit("product.created", product)
    return product


def read_product_data(params: Params) -> Json:
    """The fields of `product_data`, as prices and sessions take it."""
    fields: Json = {
        "name": params.text("name", required=True),
        "description": params.text("description"),
        "tax_code": params.text("tax_code"),
        "unit_label": params.text("unit_label"),
        "images": params.texts("images"),
        "metadata": params.metadata(),
    }
    return fields


def _fields(call: Call, product: Json | None) -> Json:
    fields = given(call, _TEXTS, ["active", "shippable"])
    if call.params.has("images"):
        fields["images"] = call.params.texts("images")
    return fields | {"metadata": call.params.metadata(product["metadata"] if product else None)}


def _create(call: Call) -> Json:
    key, name = call.params.text("id"), call.params.text("name", required=True)
    fields = _fields(call, None)
    call.params.finish()
    if call.store.find("product", key) is not None:
        raise StripeError(f"Product already exists: {key}", code="resource_already_exists", param="id")
    return add_product(call.store, key=key, name=name, **fields)


def _changes(call: Call, product: Json) -> Json:
    fields = _fields(call, product) | {"updated": product["updated"]}
    if call.params.has("name"):
        fields["name"] = call.params.text("name", required=True)
    if call.params.has("default_price"):
        price = call.params.text("default_price")
        fields["default_price"] = call.store.get("price", price, "default_price")["id"] if price else None
    if any(product[name] != value for name, value in fields.items()):
        fields["updated"] = call.store.now()
    return fields


def _delete(call: Call) -> Json:
    product = call.store.get("product", call.key)
    call.params.finish()
    if any(price["product"] == call.key for price in call.store.all("price")):
        raise StripeError("This product cannot be deleted because it has one or more user-created prices.", param="id")
    call.store.remove(product)
    call.store.emit("product.deleted", product)
    return build_deleted(product)


def _attach_feature(call: Call) -> Json:
    product = call.store.get("product", call.key)
    name = "entitlement_feature"
    feature = call.store.get("entitlements.feature", call.params.text(name, required=True), name)
    call.params.finish()
    attached = build_product_feature(key=call.store.new_id("prodft"), feature=feature)
    call.store.note(attached["id"])["product"] = product["id"]
    return call.store.add(attached)


def _list_features(call: Call) -> Json:
    call.store.get("product", call.key)
    attached = call.store.all("product_feature")
    answer = page(call.params, [each for each in attached if _product_of(call, each) == call.key], call.path)
    call.params.finish()
    return answer


def _product_of(call: Call, attached: Json) -> str:
    return str(call.store.note(attached["id"])["product"])


def _detach_feature(call: Call) -> Json:
    attached = call.store.get("product_feature", call.ids["feature"])
    call.params.finish()
    call.store.remove(attached)
    return build_deleted(attached)


def _create_feature(call: Call) -> Json:
    feature = build_feature(
        key=call.store.new_id("feat_test"),
        lookup_key=call.params.text("lookup_key", required=True, most=80),
        name=call.params.text("name", required=True, most=80),
        metadata=call.params.metadata(),
    )
    call.params.finish()
    return call.store.add(feature)


ROUTES = (
    Route("POST", "/v1/products", _create),
    Route("GET", "/v1/products", listing("product", ["active", "shippable", "url"])),
    Route("GET", "/v1/products/{id}", retrieving("product")),
    Route("POST", "/v1/products/{id}", changing("product", _changes)),
    Route("DELETE", "/v1/products/{id}", _delete),
    Route("POST", "/v1/products/{id}/features", _attach_feature),
    Route("GET", "/v1/products/{id}/features", _list_features),
    Route("DELETE", "/v1/products/{id}/features/{feature}", _detach_feature),
    Route("POST", "/v1/entitlements/features", _create_feature),
    Route("GET", "/v1/entitlements/features", listing("entitlements.feature", ["lookup_key"])),
    Route("GET", "/v1/entitlements/features/{id}", retrieving("entitlements.feature")),
    Route(
        "POST",
        "/v1/entitlements/features/{id}",
        changing("entitlements.feature", lambda call, thing: metadata_only(call, thing) | given(call, ["name"])),
    ),
)
