"""What is about a person goes; what orders are made of stays."""

from __future__ import annotations

from typing import Any

import pytest

from billing.personal_data import without_personal_data

SESSION: dict[str, Any] = {
    "id": "cs_1",
    "object": "checkout.session",
    "customer": "cus_1",
    "customer_details": {"email": "jo@example.com", "name": "Jo", "address": {"city": "Bern"}, "tax_ids": []},
    "customer_email": "jo@example.com",
    "amount_total": 1900,
    "metadata": {"order": "6b1c"},
    "line_items": {
        "data": [{"object": "item", "price": {"object": "price", "product": {"object": "product", "name": "Box"}}}]
    },
}


def test_without_personal_data_keeps_the_shape_and_what_orders_need() -> None:
    kept = without_personal_data(SESSION)

    assert kept["customer_details"] == {"email": None, "name": None, "address": {"city": None}, "tax_ids": []}
    assert (kept["customer"], kept["amount_total"], kept["metadata"]) == ("cus_1", 1900, {"order": "6b1c"})
    assert kept["line_items"]["data"][0]["price"]["product"]["name"] == "Box"
    assert SESSION["customer_email"] == "jo@example.com"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"object": "customer", "name": "Jo", "description": "tall"}, {"name": None, "description": None}),
        ({"object": "charge", "description": "Box", "receipt_url": "x"}, {"description": "Box", "receipt_url": None}),
        ({"card": {"brand": "visa", "last4": "4242"}}, {"card": {"brand": "visa", "last4": None}}),
        ({"previous_attributes": {"name": "Jo", "phone": "1"}}, {"previous_attributes": {"name": None, "phone": None}}),
        ({"object": "coupon", "name": "Spring"}, {"name": "Spring"}),
        ({"object": "account", "email": "shop@example.com"}, {"email": "shop@example.com"}),
        ({"evidence": {"customer_name": "Jo", "uncategorized_text": "He said"}},
         {"evidence": {"customer_name": None, "uncategorized_text": None}}),
    ],
)  # fmt: skip
def test_without_personal_data_knows_persons_from_things(told: dict[str, Any], kept: dict[str, Any]) -> None:
    emptied = without_personal_data(told)

    assert {key: emptied[key] for key in kept} == kept
    assert without_personal_data(emptied) == emptied
