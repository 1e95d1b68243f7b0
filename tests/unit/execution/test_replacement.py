from __future__ import annotations

import pytest

from execution.workspace.replacement import what_is_lost

LINES = [f"line {number} of the recipe" for number in range(40)]
RECIPE = "\n".join(LINES).encode()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (RECIPE, b"Bake it.\n", "40 different lines, of which 0 stay"),
        (RECIPE, b"\n".join(RECIPE.splitlines()[:3]), "40 different lines, of which 3 stay"),
        (b"x" * 4_000, b"y" * 500, "4000 bytes, for which 500 come"),
        (b"\x89PNG\0" * 10, b"a text\n", "that is no text"),
        (RECIPE, b"", "40 different lines"),
    ],
)
def test_what_is_lost_tells(before: bytes, after: bytes, said: str) -> None:
    assert said in what_is_lost(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (RECIPE, RECIPE),
        (RECIPE, RECIPE.replace(b"line 7", b"line seven")),
        (RECIPE, b"\n".join(b"  " + line for line in RECIPE.splitlines())),
        (RECIPE, b"\n".join(RECIPE.splitlines()[:12])),
        (b"short\n", b"other\n"),
        (b"", b"new\n"),
        (b"\x89PNG\0" * 10, b"\x89PNG\0other"),
    ],
)
def test_what_is_lost_lets_pass(before: bytes, after: bytes) -> None:
    assert what_is_lost(before, after) == ""
