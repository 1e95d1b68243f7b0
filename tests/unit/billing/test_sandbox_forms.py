from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.sandbox.errors import StripeError
from billing.sandbox.forms import MOST_FIELDS, parse_form

LEAVES = st.text(st.characters(codec="utf-8"), max_size=20)
NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
TREES = st.dictionaries(
    NAMES,
    st.recursive(
        LEAVES,
        lambda below: st.lists(below, min_size=1, max_size=3) | st.dictionaries(NAMES, below, min_size=1, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def encoded(value: object, name: str = "") -> list[str]:
    if isinstance(value, dict):
        return [field for key, below in value.items() for field in encoded(below, f"{name}[{key}]" if name else key)]
    if isinstance(value, list):
        return [field for at, below in enumerate(value) for field in encoded(below, f"{name}[{at}]")]
    return [f"{quote(name)}={quote(str(value))}"]


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("", {}),
        ("a=1&b=", {"a": "1", "b": ""}),
        ("expand[]=x&expand[]=y", {"expand": ["x", "y"]}),
        ("l[1]=b&l[0]=a", {"l": ["a", "b"]}),
        ("l[10]=b&l[9]=a", {"l": ["a", "b"]}),
        (
            "line_items[0][price_data][currency]=eur&line_items[0][quantity]=2",
            {"line_items": [{"price_data": {"currency": "eur"}, "quantity": "2"}]},
        ),
        ("metadata[order]=1&metadata[a%20b]=%C3%A9", {"metadata": {"order": "1", "a b": "é"}}),
        ("created[gte]=5", {"created": {"gte": "5"}}),
        ("a=1&a=2", {"a": "2"}),
    ],
)
def test_parse_form_nests_what_brackets_say(text: str, parsed: object) -> None:
    assert parse_form(text) == parsed


@given(TREES)
def test_parse_form_reads_back_any_tree(tree: dict[str, object]) -> None:
    assert parse_form("&".join(encoded(tree))) == tree


@pytest.mark.parametrize(
    "text",
    [
        "a=1&a[b]=2",
        "a[b]=2&a=1",
        "a[b]=1&a[b][c]=2",
        "[a]=1",
        "a[=1",
        "a]=1",
        "a[b]c=1",
        "a" + "[b]" * 9 + "=1",
        "a=%ff",
        "&".join(["a[]=1"] * (MOST_FIELDS + 1)),
    ],
)
def test_parse_form_refuses_what_has_no_meaning(text: str) -> None:
    with pytest.raises(StripeError) as refusal:
        parse_form(text)

    assert refusal.value.status == 400
