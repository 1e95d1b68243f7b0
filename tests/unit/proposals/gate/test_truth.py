from __future__ import annotations

import pytest

from proposals.gate.truth import Truth, confidence_at

from .proposed import file_of, plan_of, report_of, verdict_of

PLAN = """Since the oven log suggests a fault, we act.

- The `grams` column does not exist in the `bread_orders` table. Add the `grams` column to the `bread_orders` table.
- Baking at night will reduce waiting by 20%. It will also help all customers.
- Use an appropriate data type, if possible.

```sql
ALTER TABLE bread_orders ADD COLUMN grams int;
```
"""


def test_truth_takes_the_plans_own_statements_with_their_lines() -> None:
    truth = verdict_of(plan_of(PLAN)).truth

    assert ("Since the oven log suggests a fault, we act.", 1) in [
        (each.text.removeprefix("self_improvement: "), each.line) for each in truth.assumptions
    ]
    assert [each.line for each in truth.unknowns] == [5]
    assert {each.line for each in truth.claims} == {3, 4}
    assert any("bread_orders exists" in each.text and each.line == 8 for each in truth.assumptions)


def test_truth_trusts_observations_and_numbers_more_than_absolutes() -> None:
    claims = {each.text: each for each in verdict_of(plan_of(PLAN)).truth.claims}

    observed = claims["The `grams` column does not exist in the `bread_orders` table."]
    bounded = claims["Baking at night will reduce waiting by 20%."]
    absolute = claims["It will also help all customers."]
    assert observed.confidence > bounded.confidence > absolute.confidence
    assert observed.half_life_days < absolute.half_life_days
    assert "20%" in bounded.falsified_by


def test_truth_of_a_column_says_how_to_check_it() -> None:
    claim = next(each for each in verdict_of(plan_of(PLAN)).truth.claims if "column grams of bread_orders" in each.text)

    assert "information_schema.columns" in claim.falsified_by
    assert "column_name = 'grams' AND table_name = 'bread_orders'" in claim.falsified_by


def test_truth_of_sql_is_what_it_needs() -> None:
    truth = verdict_of(file_of("a.sql", "CREATE TABLE loaves (id int);\nALTER TABLE loaves ADD x int;\n")).truth

    assert [each.text for each in truth.assumptions] == ["The table loaves does not exist yet."]


def test_truth_of_an_idea_is_empty() -> None:
    assert verdict_of(report_of("implement_idea: Implement: Bread by Subscription")).truth == Truth()


def test_truth_survives_storage() -> None:
    truth = verdict_of(plan_of(PLAN)).truth

    assert Truth.from_dict(truth.as_dict()) == truth


@pytest.mark.parametrize(("age", "left"), [(0, 0.8), (7, 0.4), (14, 0.2), (-3, 0.8)])
def test_confidence_at_halves_with_every_half_life(age: float, left: float) -> None:
    assert confidence_at(0.8, 7, age) == pytest.approx(left)
