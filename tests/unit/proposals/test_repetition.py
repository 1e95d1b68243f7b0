from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.gate import DEFAULT
from proposals.repetition import RequestKind, requests_of, sign
from proposals.repetition.signature import NEAR, PERMUTATIONS, shingles_of
from tests.factories.reports import create_report, file_proposal

WORDS = [f"word{number}" for number in range(120)]


def keys(proposal: str, kind: RequestKind) -> set[str]:
    return {asked.key for asked in requests_of(create_report(proposal=proposal), DEFAULT) if asked.kind is kind}


def test_sign_of_near_texts_shares_a_band_and_of_others_none() -> None:
    text, near = sign(" ".join(WORDS)), sign(" ".join([*WORDS[:-2], "other", "end"]))
    far = sign(" ".join(f"else{number}" for number in range(120)))
    assert text
    assert near
    assert far

    assert set(text.bands) & set(near.bands)
    assert text.similarity(near.values) > NEAR
    assert not set(text.bands) & set(far.bands)
    assert text.similarity(far.values) < 0.1


def test_sign_estimates_the_jaccard_similarity() -> None:
    first, second = " ".join(WORDS[:100]), " ".join(WORDS[20:])
    mine, theirs = set(shingles_of(first)), set(shingles_of(second))
    true = len(mine & theirs) / len(mine | theirs)
    signed, other = sign(first), sign(second)
    assert signed
    assert other

    assert signed.similarity(other.values) == pytest.approx(true, abs=0.12)


def test_sign_ignores_case_marks_and_line_ends() -> None:
    assert sign("Warm the OVEN,\r\nthen bake!") == sign("warm the oven then **bake**")


@pytest.mark.parametrize("text", ["", " \n", "…!?", "Привет"])
def test_sign_of_a_text_without_words_is_nothing(text: str) -> None:
    assert sign(text) is None


@given(st.text(max_size=300))
def test_sign_fits_the_columns(text: str) -> None:
    signature = sign(text)

    if signature:
        assert len(signature.values) == PERMUTATIONS
        assert all(0 <= value < 2**32 for value in signature.values)
        assert all(-(2**63) <= band < 2**63 for band in signature.bands)


@pytest.mark.parametrize(
    "text",
    [
        "self_improvement: Add the missing `grams` column to the `bread_orders` table.",
        "self_improvement: Orders.\n\n```sql\nALTER TABLE bread_orders ADD COLUMN IF NOT EXISTS grams int;\n```",
        "self_improvement: Orders.\n\n```sql\nalter table public.bread_orders add grams numeric default 0;\n```",
        file_proposal("migrations/7.sql", "ALTER TABLE bread_orders ADD COLUMN grams int;"),
    ],
)
def test_requests_of_know_one_effect_however_it_is_put(text: str) -> None:
    assert keys(text, RequestKind.EFFECT) == {"add column bread_orders.grams"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("### Query Optimization", "1. **Optimizing Queries:** Look."),
        ("- **Reducing Friction in Monetization Flows**: x", "## Reduce friction in the monetization flow"),
    ],
)
def test_requests_of_know_an_item_by_its_stems(first: str, second: str) -> None:
    mine, theirs = (keys(f"self_improvement: Plan.\n\n{line}\n", RequestKind.TITLE) for line in (first, second))

    assert mine == theirs != set()


def test_requests_of_are_bounded_and_never_repeat() -> None:
    items = "\n".join(f"- **Bake loaf number{n} slowly**: now" for n in range(99))

    asked = requests_of(create_report(proposal=f"self_improvement: Bake.\n\n{items}\n{items}\n"), DEFAULT)

    assert len(asked) == len({each.key for each in asked}) == 40
