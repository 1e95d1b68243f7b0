from __future__ import annotations

import pytest

from proposals.gate.languages.column_requests import column_requests


@pytest.mark.parametrize(
    "text",
    [
        "Add the missing `grams_net` column to the `bread_orders` table.",
        'The column "grams_net" does not exist in the "bread_orders" relation. Add it with a migration script.',
        "Update the database schema of `bread_orders` table to include the `grams_net` column.",
        "**Fix:** the `bread_orders` table misses a column.\n- Write a migration that adds the `grams_net` column.",
        "Errors (`grams_net` in `bread_orders`) show a missing column `grams_net`; add it.",
        "Introduce a new column called grams_net into the table `bread_orders`.",
    ],
)
def test_column_requests_are_the_same_however_they_are_put(text: str) -> None:
    assert [(asked.table, asked.column) for asked in column_requests(text.split("\n"))] == [
        ("bread_orders", "grams_net")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Check whether the `grams_net` column exists in the `bread_orders` table.",
        "Add more tests.",
        "```sql\nALTER TABLE bread_orders ADD COLUMN grams_net int; -- add the `grams_net` column\n```",
        "Index the columns that are used most.",
    ],
)
def test_column_requests_leaves_other_talk_alone(text: str) -> None:
    assert column_requests(text.split("\n")) == ()


def test_column_requests_without_a_table_take_the_plans_own() -> None:
    lines = ["Add the `grams_net` column.", "", "It belongs to the `bread_orders` table."]

    assert [(asked.table, asked.column, asked.line) for asked in column_requests(lines)] == [
        ("bread_orders", "grams_net", 1)
    ]
