"""Products, the features of products, and the features themselves."""

from __future__ import annotations

from billing.sandbox.shapes import Json


def build_product(*, key: str, created: int, name: str, **fields: object) -> Json:
    """A product; `fields` are any of description, active, metadata, images, url and the like."""
    return {
        "id": key,
        "object": "product",
        "active": True,
        "created": created,
        "default_price": None,
        "description": None,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "name": name,
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": None,
        "updated": created,
        "url": None,
        **fields,
    }


def build_feature(*, key: str, lookup_key: str, name: str, metadata: Json) -> Json:
    """An entitlement feature."""
    return {
        "id": key,
        "object": "entitlements.feature",
        "active": True,
        "livemode": False,
        "lookup_key": lookup_key,
        "metadata": metadata,
        "name": name,
    }


def build_product_feature(*, key: str, feature: Json) -> Json:
    """A feature attached to a product."""
    return {"id": key, "object": "product_feature", "entitlement_feature": feature, "livemode": False}
